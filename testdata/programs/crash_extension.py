# SPDX-License-Identifier: Apache-2.0
"""A death in C code that is called from three Python levels; `--how` chooses the way."""
# victim: {"ends": "crash", "variants": [["--how=jump"], ["--how=divide"], ["--how=overflow"]]}
import ctypes
import signal
import threading
import time

import truth

WAYS = {"write": (signal.SIGSEGV, "victim_crash", ["victim_crash", "victim_write_through"]),
        "jump": (signal.SIGSEGV, "victim_jump", ["victim_jump"]),
        "divide": (signal.SIGFPE, "victim_divide", ["victim_divide", "victim_divide_by"]),
        "overflow": (signal.SIGSEGV, "victim_overflow", ["victim_overflow"] * 100)}


class Trainer:
    def __init__(self, function):
        self.function = function

    def train(self, teller):
        return [self.step(teller) for _ in range(1)]

    def step(self, teller):
        return die(self.function, teller)


def die(function, teller):
    for step in teller.then(function, None):
        step()


def main():
    options = truth.arguments(how="write")
    number, name, native = WAYS[options.how]
    function = getattr(ctypes.CDLL(options.lib), name)
    function.argtypes = [ctypes.c_void_p]
    threading.Thread(target=time.sleep, args=(1e6,), name="bystander", daemon=True).start()
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": None, "gil_waiting_tids": [], "crashed_tid": tid, "signal": int(number),
        "crash_site": None if options.how == "jump" else native[-1],
        "native_contains": {tid: ["python:step", "python:die"] + ["native:" + n for n in native]}})
    Trainer(function).train(teller)


if __name__ == "__main__":
    main()
