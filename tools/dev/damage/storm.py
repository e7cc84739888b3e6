# SPDX-License-Identifier: Apache-2.0
"""The storm itself: plans the cases, runs them on several cores, judges each, and sums up."""
import concurrent.futures
import dataclasses
import pathlib
import random
import re
import shutil
import threading
import time

from damage.base import Base, Unfit
from damage.case import Impossible
from damage.judge import Verdict, judge
from damage.kinds import KINDS, RARE
from damage.pycore_run import SANITIZER_WORDS, Runner
from damage.told import Unreadable, read_told

STACKS = ("stacks", "--format=json", "--native=all", "--color=never")
OTHERS = (("stacks", "--color=never"), ("info",), ("threads",), ("gil",), ("modules",), ("info", "--format=json"),
          ("stacks", "--color=never", "--native=none", "--locals"))
TERMINAL_COMMANDS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")


@dataclasses.dataclass
class Limits:
    seconds: float = 5.0
    megabytes: float = 256.0   # None: not measured


@dataclasses.dataclass
class Result:
    kind: str
    name: str       # what to pass to --only to see it again
    label: str
    verdict: Verdict
    seconds: float = 0.0
    megabytes: float = 0.0
    told_something: bool = False


class Storm:
    def __init__(self, pycore, folder, limits, seed, kinds=None):
        self.pycore, self.folder, self.limits, self.seed = pycore, pathlib.Path(folder), limits, seed
        self.kinds = kinds or list(KINDS)
        self.bases, self.unfit = [], []
        self.local = threading.local()
        self.peers = None   # a PeerTable, if asked for
        self.lock = threading.Lock()
        self.runners = []

    # -- sound cores -------------------------------------------------------------------------------------

    def add_base(self, name, path, options):
        base = Base(name, path, options)
        run = self.runner().run(*STACKS, *options, str(path))
        try:
            base.meet(read_told(run.status, run.output, run.words))
        except (Unfit, Unreadable) as reason:
            self.unfit.append(str(reason))
            return
        self.bases.append(base)

    def runner(self):
        if not hasattr(self.local, "runner"):
            self.local.runner = Runner(self.pycore, self.folder)
            self.runners.append(self.local.runner)
        return self.local.runner

    # -- cases -------------------------------------------------------------------------------------------

    def names(self, count):
        """Case names `KIND:N`, the kinds in turn; N also chooses the core."""
        made, n = 0, 0
        while made < count:
            for kind in self.kinds:
                if n % RARE.get(kind, 1) == 0 and made < count:
                    yield "%s:%d" % (kind, n // RARE.get(kind, 1))
                    made += 1
            n += 1

    def plan(self, name):
        kind, _, number = name.partition(":")
        number = int(number)
        chance = random.Random("%s %s" % (self.seed, name))
        for attempt in range(len(self.bases)):
            base = self.bases[(number + attempt) % len(self.bases)]
            try:
                return base, KINDS[kind](base, number // len(self.bases), chance)
            except Impossible:
                continue
        raise Impossible("no core for " + name)

    def run_all(self, names, jobs, tell, seconds=None):
        """All of `names`, or as many as `seconds` allow."""
        end = time.monotonic() + seconds if seconds else float("inf")
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = set()
            for name in names:
                if time.monotonic() > end:
                    break
                waiting.add(pool.submit(self.run_case, name))
                while len(waiting) >= 2 * jobs:
                    done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                    for future in done:
                        tell(future.result())
            for future in concurrent.futures.as_completed(waiting):
                tell(future.result())

    def run_case(self, name):
        base, case = self.plan(name)
        path = self.folder / name.replace(":", "-")
        path.write_bytes(case.data)
        try:
            return self.judge_case(name, base, case, path)
        finally:
            path.unlink()
            for made in case.paths:
                shutil.rmtree(made, ignore_errors=True)

    def judge_case(self, name, base, case, path):
        run = self.runner().run(*STACKS, *base.options, str(path))
        verdict, told = Verdict(), None
        try:
            told = read_told(run.status, run.output, run.words)
            verdict = judge(base, case, told)
        except Unreadable as reason:
            verdict.miss("crash", "%s: %s" % (reason, run.words[-300:].decode(errors="replace")))
        self.judge_run(run, verdict)
        other = OTHERS[int(name.partition(":")[2]) % len(OTHERS)]
        self.judge_other(other, base, path, verdict)
        if self.peers and base.executable and pathlib.Path(base.executable).exists():
            with self.lock:
                self.peers.add(base, path, verdict.names)
        label = "%s, %s" % (base.name, case.label)
        return Result(name.partition(":")[0], name, label, verdict, run.seconds, run.megabytes,
                      bool(told and told.threads))

    def judge_run(self, run, verdict):
        if any(word in run.words for word in SANITIZER_WORDS):
            verdict.miss("sanitizer", run.words[:2000].decode(errors="replace"))
        if run.seconds > self.limits.seconds:
            verdict.miss("time", "%.1f s" % run.seconds)
        if self.limits.megabytes and run.megabytes > self.limits.megabytes:
            verdict.miss("memory", "%.0f MB" % run.megabytes)

    def judge_other(self, words, base, path, verdict):
        """Another question about the same core: it ends as it should, and its text cannot command a terminal."""
        run = self.runner().run(*words, *base.options, str(path))
        if run.status not in (0, 1, 3):
            verdict.miss("crash", "pycore %s: exit status %d: %s" %
                         (" ".join(words), run.status, run.words[-300:].decode(errors="replace")))
        self.judge_run(run, verdict)
        found = TERMINAL_COMMANDS.search(run.output) or TERMINAL_COMMANDS.search(run.words)
        if found:
            verdict.miss("escape", "pycore %s wrote %r" % (" ".join(words), found.group()))

    def close(self):
        for runner in self.runners:
            runner.close()
