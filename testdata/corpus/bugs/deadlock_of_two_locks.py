# SPDX-License-Identifier: Apache-2.0
"""Two threads take two locks in two orders."""
# bug: {"ends": "hang"}
import threading
import time

accounts, ledger = threading.Lock(), threading.Lock()


def transfer():
    with accounts:
        time.sleep(0.3)
        with ledger:
            pass


def audit():
    with ledger:
        time.sleep(0.3)
        with accounts:
            pass


def main():
    other = threading.Thread(target=audit, name="audit-1")
    other.start()
    transfer()
