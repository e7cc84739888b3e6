# SPDX-License-Identifier: Apache-2.0
"""Waiting for a child process, with and without reading from it."""
import subprocess
import sys
import threading

import truth

SLEEP = [sys.executable, "-c", "import time; time.sleep(1e6)"]


def read_output():
    return subprocess.run(SLEEP, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def main():
    options = truth.arguments()
    threading.Thread(target=read_output, name="reads-output", daemon=True).start()
    child = subprocess.Popen(SLEEP)
    truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    child.wait()


if __name__ == "__main__":
    main()
