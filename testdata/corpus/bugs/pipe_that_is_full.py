# SPDX-License-Identifier: Apache-2.0
"""Waits for a child that waits for its output to be read."""
# bug: {"ends": "hang"}
import subprocess


def run(command):
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    return child.wait()


def main():
    run(["/bin/sh", "-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"])
