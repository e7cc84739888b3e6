# SPDX-License-Identifier: Apache-2.0
"""A barrier for four, and three come."""
# bug: {"ends": "hang"}
import threading

meeting = threading.Barrier(4)


def step(index):
    meeting.wait()


def main():
    for index in range(2):
        threading.Thread(target=step, args=(index,), daemon=True).start()
    step(3)
