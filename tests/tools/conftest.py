# SPDX-License-Identifier: Apache-2.0
"""Options and the list of combinations for test_truth.py.

    python3 -m pytest tests/tools/test_truth.py --interpreters 'debian-*' --programs 'crash_*'
"""
import concurrent.futures
import fnmatch
import pathlib
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "testdata" / "make"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# Every interpreter gets these; the rest is dealt out, so that each program meets some interpreters
# of every kind and the `ci` selection stays short.
ALWAYS = {("hang_lock", "kernel", "files"), ("hang_lock", "gcore", "files"),
          ("hang_lock", "kernel", "bare"), ("crash_extension", "kernel", "files"),
          ("crash_extension", "kernel", "bare"), ("call_kinds", "kernel", "files"),
          ("line_table", "kernel", "files"), ("callback_sort", "kernel", "files"),
          ("spin_with_gil", "kernel", "files"), ("local_variables", "kernel", "files")}
SHARE = {("kernel", "files"): 4, ("gcore", "files"): 10, ("kernel", "bare"): 8, ("gcore", "bare"): 40}
ONLY_IN_ALL = {"many_threads--threads=1000--depth=20"}


def pytest_addoption(parser):
    group = parser.getgroup("truth")
    group.addoption("--interpreters", default="*", metavar="GLOB")
    group.addoption("--programs", default="*", metavar="GLOB")
    group.addoption("--methods", default="kernel,gcore", metavar="LIST")
    group.addoption("--selection", choices=["ci", "all"], default="ci",
                    help="all interpreters with a part of the combinations, or everything")
    group.addoption("--long", action="store_true", help="tests of minutes, and faults ten times as often")
    group.addoption("--drop-cores", action="store_true", help="remove each core after its test")


def pytest_generate_tests(metafunc):
    if "combination" in metafunc.fixturenames:
        combinations = choose_combinations(metafunc.config)
        metafunc.parametrize("combination", combinations, ids=map(describe, combinations))


def choose_combinations(config):
    import core_factory
    methods = config.getoption("methods").split(",")
    programs = core_factory.list_programs()
    return [(interpreter, program, method, view)
            for row, interpreter in enumerate(core_factory.list_interpreters())
            for column, program in enumerate(programs) for method in methods
            for view in views_of(interpreter)
            if fnmatch.fnmatch(interpreter["name"], config.getoption("interpreters"))
            and fnmatch.fnmatch(program.name, config.getoption("programs"))
            and core_factory.makes_sense(interpreter, program, method)
            and is_selected(config, row + column, program.name, method, view)]


def views_of(interpreter):
    """A core from an unpacked system is read with that system's files and without them."""
    return ["files", "bare"] if interpreter["root"] else ["files"]


def is_selected(config, number, program, method, view):
    if config.getoption("selection") == "all" or is_narrowed(config):
        return True
    if program in ONLY_IN_ALL:
        return False
    return (program, method, view) in ALWAYS or number % SHARE[method, view] == 0


def is_narrowed(config):
    return config.getoption("interpreters") != "*" or config.getoption("programs") != "*"


def describe(combination):
    interpreter, program, method, view = combination
    return "-".join([interpreter["name"], program.name, method, view])


def pytest_collection_finish(session):
    """Cores are made ahead by two workers: most of that time is waiting for threads to rest."""
    if session.config.getoption("collectonly") or "test_truth" not in sys.modules:
        return
    if not sys.modules["test_truth"].PYCORE.exists():
        return
    wanted = [item.callspec.params["combination"] for item in session.items
              if isinstance(getattr(item, "callspec", None) and
                            item.callspec.params.get("combination"), tuple)]
    session.config.core_makers = concurrent.futures.ThreadPoolExecutor(2)
    for combination in wanted:
        session.config.core_makers.submit(make_ahead, *combination)


def make_ahead(interpreter, program, method, view):
    import core_factory
    try:
        core_factory.make_core(interpreter, program, method)
    except core_factory.CannotMake:
        pass  # the test itself asks again and tells why


def pytest_unconfigure(config):
    if hasattr(config, "core_makers"):
        config.core_makers.shutdown(cancel_futures=True)


def pytest_terminal_summary(terminalreporter):
    module = sys.modules.get("test_truth")
    if module is not None:
        names = sorted(module.EXERCISED)
        terminalreporter.write_line("interpreters exercised: %d (%s)" % (
            len(names), ", ".join(names) or "none"))
