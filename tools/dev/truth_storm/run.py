# SPDX-License-Identifier: Apache-2.0
"""A storm: cores one after another in several slots, each compared and then removed.

    storm = run.Storm(options, interpreters)
    storm.run()
    storm.outcomes, storm.not_dumped
"""
import collections
import concurrent.futures
import dataclasses
import json
import os
import queue
import shutil
import subprocess
import threading
import time

import core_factory

from . import comparison, first_lines, native_names, one_core, peers, still_process

MAX_KEPT = 40
READ_SECONDS = 60


@dataclasses.dataclass
class Outcome:
    """What became of one core."""
    seed: int
    interpreter: str
    version: tuple
    workload: str
    method: str
    result: comparison.Result
    named: int = 0                                    # innermost C functions that eu-stack names too
    misnamed: int = 0                                 # and differently
    peers: dict = dataclasses.field(default_factory=dict)       # name -> verdict, see peers.py
    sentences: list = dataclasses.field(default_factory=list)   # differences without a cause


class Storm:
    def __init__(self, options, interpreters):
        self.options, self.interpreters = options, interpreters
        self.work = core_factory.CACHE / "storm" / ("work-%d" % os.getpid())
        self.work.mkdir(parents=True)
        self.pycore = shutil.copy(options.pycore, self.work / "pycore")   # it may be built anew meanwhile
        self.peers = peers.find(core_factory.CACHE) if options.peers else []
        self.eu_stack = native_names.EuStack(core_factory.CACHE / "storm")
        self.outcomes, self.not_dumped = [], collections.Counter()
        self.deadline = time.monotonic() + options.seconds
        self.lock = threading.Lock()

    def run(self):
        """Draws until there are enough cores; a draw whose workload ends by itself gives none."""
        slots = queue.Queue()
        for number in range(self.options.jobs):
            slots.put(self.work / ("slot-%d" % number))
        try:
            with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
                for future in [pool.submit(self.draw, number, slots) for number in range(self.options.cores * 2 + 20)]:
                    future.result()
        finally:
            self.clear()

    def clear(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def again(self, folder, seed=0):
        """Judges one kept core once more."""
        outcome = self.judge(one_core.load(folder), seed)
        self.outcomes.append(outcome)
        if outcome.sentences:
            self.tell_difference(outcome, folder)

    def rejudge(self, outcomes):
        """Takes the outcomes of a storm; those that differ are judged once more, if their cores were kept."""
        for outcome in outcomes:
            folder = self.options.keep / ("%s-%d" % (outcome.interpreter, outcome.seed))
            if outcome.sentences and folder.exists():
                self.again(folder, outcome.seed)
            else:
                self.outcomes.append(outcome)

    def is_over(self):
        return len(self.outcomes) >= self.options.cores or time.monotonic() > self.deadline

    def draw(self, number, slots):
        if self.is_over():
            return
        interpreter = self.interpreters[number % len(self.interpreters)]
        seed = self.options.seed * 1000003 + number
        folder = slots.get()
        try:
            shutil.rmtree(folder, ignore_errors=True)
            made = one_core.make(core_factory.CACHE / "storm", interpreter, seed, folder, self.options.gcore_share)
            outcome = self.judge(made, seed)
            outcome.peers = {peer.name: peer.judge(made) for peer in self.peers}
            self.note(outcome, made)
        except still_process.NotDumped as reason:
            self.not_dumped[str(reason).split(":")[0]] += 1
        except (OSError, subprocess.SubprocessError) as error:
            self.not_dumped[type(error).__name__] += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            slots.put(folder)

    def judge(self, made, seed):
        outcome = Outcome(seed, made.interpreter["name"], tuple(made.interpreter["version_info"][:2]), made.workload,
                          made.method, comparison.Result())
        try:
            self.compare(made, outcome)
        except (OSError, LookupError, TypeError, ValueError, subprocess.SubprocessError) as error:
            outcome.sentences.append("the answer cannot be judged: %r" % error)
        return outcome

    def compare(self, made, outcome):
        report = self.read(made)
        if self.options.stacks:
            (self.options.stacks / ("%s-%d.json" % (outcome.interpreter, outcome.seed))).write_text(json.dumps(report))
        outcome.result = comparison.compare(report, made.text, made.registers, made.told_by, made.crash,
                                            first_lines.FirstLines(made.interpreter))
        outcome.sentences += [difference.sentence for difference in outcome.result.unexplained()]
        if self.eu_stack.found:
            innermost = self.eu_stack.innermost(made.core, made.interpreter)
            outcome.named, wrong = native_names.compare(report["threads"], innermost, made.interpreter["root"])
            outcome.misnamed = len(wrong)
            outcome.sentences += wrong

    def command(self, made):
        root = made.interpreter["root"]
        return [str(self.pycore), "stacks", "--format=json", "--native=all",
                *(["--sysroot", root] if root else []), str(made.core)]

    def read(self, made):
        done = subprocess.run(self.command(made), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=READ_SECONDS)
        if done.returncode not in (0, 3):
            raise ValueError("exit status %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[-300:]))
        return json.loads(done.stdout)

    def note(self, outcome, made):
        with self.lock:
            if len(self.outcomes) >= self.options.cores and not outcome.sentences:
                return      # another slot's core was the last one that was asked for
            self.outcomes.append(outcome)
            count = len(self.outcomes)
            if outcome.sentences:
                self.tell_difference(outcome, self.keep(outcome, made))
            if count % 100 == 0:
                print("%d cores" % count, flush=True)

    def keep(self, outcome, made):
        """A core that differs stays, with faulthandler's text and the stop's registers beside it."""
        self.options.keep.mkdir(parents=True, exist_ok=True)
        if len(list(self.options.keep.iterdir())) >= MAX_KEPT:
            return None
        target = self.options.keep / ("%s-%d" % (outcome.interpreter, outcome.seed))
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        one_core.save(made, target)
        (target / "differences").write_text("\n".join([outcome.workload, outcome.method, *outcome.sentences]) + "\n")
        return target

    @staticmethod
    def tell_difference(outcome, kept):
        print("%s, %s, %s: %s" % (outcome.interpreter, outcome.workload, outcome.method,
                                  kept or "not kept, there are enough"), flush=True)
        for sentence in outcome.sentences[:5]:
            print("    " + sentence[:300], flush=True)
