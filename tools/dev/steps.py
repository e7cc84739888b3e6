# SPDX-License-Identifier: Apache-2.0
"""Steps of the scripts here: a command that has to work."""
import shlex
import subprocess


class StepFailed(Exception):
    """Of the command that it names."""


def run(command, quiet=False):
    """Runs a step that the others need; its output is shown if it fails or is not `quiet`."""
    command = [str(word) for word in command]
    done = subprocess.run(command, stdout=subprocess.PIPE if quiet else None,
                          stderr=subprocess.STDOUT if quiet else None, universal_newlines=True)
    if done.returncode != 0:
        if quiet:
            print(done.stdout)
        raise StepFailed(shlex.join(command))
