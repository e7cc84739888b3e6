# SPDX-License-Identifier: Apache-2.0
"""A segmentation fault inside an inlined function of a real extension module, GIL held."""
# victim: {"ends": "crash", "needs": ["headers"], "module": true}
import sys
import threading

import truth


def level_one(module, teller):
    return level_two(module, teller)


def level_two(module, teller):
    return module.call(lambda: level_three(module, teller))


def level_three(module, teller):
    for step in teller.then(module.die, 8):
        step()


def main():
    options = truth.arguments(module="")
    sys.path.insert(0, options.module)
    import victimmodule
    tid = threading.get_native_id()
    teller = truth.Teller(options, {
        "gil_holder_tid": tid, "gil_waiting_tids": [], "crashed_tid": tid, "signal": 11,
        "crash_site": "store_inlined",
        "native_contains": {tid: [
            "python:level_two", "native:victim_call", "native:call_outlined",
            "native:call_inlined", "python:<lambda>", "python:level_three", "native:victim_die",
            "native:store_outlined", "native:store_inlined"]}})
    level_one(victimmodule, teller)


if __name__ == "__main__":
    main()
