# SPDX-License-Identifier: Apache-2.0
"""Columns of the scenario matrix: what the programs of testdata/programs are about.

    groups.group_of("crash_extension--how=jump")    # "crashes"
"""
import fnmatch

GROUPS = {
    "waiting": ["hang_*", "many_threads*", "thread_pool", "thread_names", "subprocess_wait"],
    "running": ["busy_threads", "spin_*"],
    "calls": ["call_kinds", "hot_calls", "callback_sort", "deep_recursion", "signal_handler", "profile_hook"],
    "generators, async": ["generators", "coroutines*", "greenlets"],
    "names, lines": ["line_table", "non_ascii", "odd_file_names", "local_variables"],
    "extensions": ["extension_module", "native_threads", "numpy_*"],
    "crashes": ["crash_*"],
    "GC, exit": ["gc_finalizer", "exit_*"],
    "sub-interpreters": ["subinterpreter*"],
    "perf, JIT": ["perf_trampoline", "jit"],
}


def group_of(program):
    """The column of one program or variant; a KeyError if it has none."""
    for group, patterns in GROUPS.items():
        if any(fnmatch.fnmatch(program, pattern) for pattern in patterns):
            return group
    raise KeyError("%s belongs to no column of the scenario matrix" % program)
