# SPDX-License-Identifier: Apache-2.0
"""Makes one core of a storm: a workload of an interpreter, stopped at a random moment, with faulthandler's text.

    made = one_core.make(cache, interpreter, seed=7, folder=folder, gcore_share=0.05)
    made.core, made.text, made.registers, made.told_by
"""
import dataclasses
import json
import pathlib
import random
import shutil
import time

import core_factory
from interpreter_sources import common, test_suites

from . import core_registers, still_process, workloads

HERE = pathlib.Path(__file__).resolve().parent
SIGNAL = 54                   # a real-time signal that neither Python nor its tests use
LONGEST_SECONDS = 3.0         # of a workload before it is stopped


@dataclasses.dataclass
class Made:
    interpreter: dict
    workload: str
    method: str
    core: pathlib.Path
    text: str
    registers: dict            # tid -> registers as they were at the stop
    told_by: int               # the tid that ran faulthandler's handler
    crash: int                 # the signal that faulthandler crashed with, or 0


def save(made, folder):
    """Moves the core into `folder`, with all that is needed to judge it once more."""
    facts = {name: getattr(made, name) for name in ("interpreter", "workload", "method", "registers", "told_by", "crash")}
    (folder / "made.json").write_text(json.dumps(facts))
    (folder / "text").write_text(made.text)
    shutil.move(str(made.core), str(folder / "dumped"))


def load(folder):
    facts = json.loads((folder / "made.json").read_text())
    facts["registers"] = {int(tid): registers for tid, registers in facts["registers"].items()}
    return Made(core=folder / "dumped", text=(folder / "text").read_text(), **facts)


def make(cache, interpreter, seed, folder, gcore_share):
    """Raises NotDumped if this draw gives no core: the workload ended too early, or caught every signal."""
    chance = random.Random(seed)
    (folder / "tmp").mkdir(parents=True)
    suite, own = test_suites.find(interpreter)
    workload = workloads.choose(chance, interpreter, suite, folder)
    method = "gcore" if chance.random() < gcore_share or core_factory.why_no_kernel_core() else "kernel"
    command, environment = command_line(cache, interpreter, workload, None if own else suite, folder)
    helper = still_process.build_helper(cache)
    with still_process.StillProcess(helper, command, SIGNAL, folder, environment) as victim:
        time.sleep(chance.uniform(0.02, LONGEST_SECONDS))
        registers, told_by, crash = victim.stop(chance.randrange(1 << 16))
        if method == "kernel":
            victim.dump_by_kernel(folder / "dumped", chance.randrange(1 << 16))
        else:
            victim.dump_by_gdb(folder / "dumped", gdb_command(interpreter, folder))
    check_instant(registers, folder / "dumped")
    text = (folder / "text").read_text(encoding="ascii")
    if not text:
        raise still_process.NotDumped("the workload had closed faulthandler's file")
    return Made(interpreter, workload.name, method, folder / "dumped", text, registers, told_by, crash)


def check_instant(registers, core):
    """The proof that text and core are of one instant: nobody's registers changed in between."""
    moved = list(core_registers.differences(registers, core_registers.read(core)))
    if moved:
        raise still_process.NotDumped("not of one instant: " + "; ".join(moved[:3]))


def command_line(cache, interpreter, workload, suite, folder):
    """(words, environment) that start victim.py in the interpreter's own file system."""
    plan = dict(workload.plan, text=str(folder / "text"), signal=SIGNAL, path=[])
    pycache = cache / "pycache" / interpreter["name"]
    pycache.mkdir(parents=True, exist_ok=True)
    binds = [folder, HERE, pycache]
    if suite:
        (folder / "path").mkdir()
        (folder / "path" / "test").symlink_to(suite)
        plan["path"] = [str(folder / "path")]
        binds.append(suite)
    start = common.Interpreter(interpreter["source"], interpreter["command"], root=interpreter["root"],
                               environment=interpreter["environment"])
    environment = dict(common.start_environment(start), PYTHONPYCACHEPREFIX=str(pycache), LC_ALL="C.UTF-8",
                       TMPDIR=str(folder / "tmp"), HOME=str(folder / "tmp"), **workload.environment)
    words = [*interpreter["command"], str(HERE / "victim.py"), json.dumps(plan)]
    return common.start_command(start, words, binds), environment


def gdb_command(interpreter, folder):
    if not interpreter["gdb"]:
        return ["gdb"]
    inside = common.Interpreter("gdb", [], root=interpreter["gdb"][0])
    return common.start_command(inside, interpreter["gdb"][1:], [folder])
