# SPDX-License-Identifier: Apache-2.0
"""Names of threads: long, not ASCII, empty, changed later, with control characters."""
import threading
import time

import truth

NAMES = ["plain", "x" * 200, "Grüße-von-weit-her", "工作线程-一-二-三-四-五", "😀" * 5,
         "two\nlines\t\x1b[31m", "lone-\udc80-surrogate", "\u202eright-to-left", ""]


def rest():
    time.sleep(1e6)


def main():
    options = truth.arguments()
    for name in NAMES:
        thread = threading.Thread(target=rest, daemon=True)
        thread.name = name
        thread.start()
    late = threading.Thread(target=rest, name="early", daemon=True)
    late.start()
    late.name = "late"
    threading.main_thread().name = "boss"
    truth.start_teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    rest()


if __name__ == "__main__":
    main()
