# SPDX-License-Identifier: Apache-2.0
"""A real extension module: Python -> C with inlined functions -> Python, asleep or dead there."""
# victim: {"needs": ["headers"], "module": true}
import sys
import threading
import time

import truth


class Caller:
    def __init__(self, module, teller):
        self.module, self.teller = module, teller

    def call(self):
        return self.module.call(self.called)

    def called(self):
        for step in self.teller.then(time.sleep, 1e6):
            step()


def main():
    options = truth.arguments(module="")
    sys.path.insert(0, options.module)
    import victimmodule
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": None, "gil_waiting_tids": [],
        "native_contains": {tid: ["python:call", "native:victim_call", "native:call_outlined",
                                  "native:call_inlined", "python:called"]}})
    Caller(victimmodule, teller).call()


if __name__ == "__main__":
    main()
