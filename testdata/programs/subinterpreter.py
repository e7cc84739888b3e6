# SPDX-License-Identifier: Apache-2.0
"""One thread that runs a second interpreter on top of the first, asleep there."""
# victim: {"needs": ["subinterpreters"], "variants": [["--kind=isolated"]]}
import os
import sys

import truth

SCRIPT = """
import sys
sys.path.insert(0, {programs!r})
import time
import truth


def sleep_inside(teller):
    for step in teller.then(time.sleep, 1e6):
        step()


sleep_inside(truth.InnerTeller({part!r}, {whole!r}))
"""


def create(kind):
    """A new interpreter, with a GIL of its own if `isolated` and the version can."""
    if sys.version_info >= (3, 13):
        import _interpreters as module
        return module, module.create("isolated" if kind == "isolated" else "legacy")
    import _xxsubinterpreters as module
    if sys.version_info >= (3, 12):
        return module, module.create(isolated=kind == "isolated")
    return module, module.create()


def enter(teller, run_string, identity, script):
    for step in teller.then(run_string, identity, script):
        step()


def main():
    options = truth.arguments(kind="legacy")
    module, identity = create(options.kind)
    whole, options.truth = options.truth, options.truth + ".outer"
    script = SCRIPT.format(programs=os.path.dirname(os.path.abspath(__file__)),
                           part=options.truth, whole=whole)
    teller = truth.Teller(options, {"interpreters": 2, "gil_waiting_tids": []})
    enter(teller, module.run_string, identity, script)


if __name__ == "__main__":
    main()
