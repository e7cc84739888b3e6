# SPDX-License-Identifier: Apache-2.0
"""A process with one thread, asleep several calls deep."""
import threading
import time

import truth


class Napper:
    @classmethod
    def nap(cls, teller):
        return cls.nap_statically(teller)

    @staticmethod
    def nap_statically(teller):
        return sleep_forever(teller)


def sleep_forever(teller):
    for step in teller.then(time.sleep, 1e6): step()  # noqa: E701


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    Napper.nap(teller)


if __name__ == "__main__":
    main()
