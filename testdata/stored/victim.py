# SPDX-License-Identifier: Apache-2.0
"""The process behind the stored cores: two threads, few modules, so that the core stays small.

Run by testdata/make/stored_cores, which turns the literal that it writes into JSON.

    cd FOLDER && python3 -I -S victim.py
"""
import functools
import sys
import threading
import time

sys.path.insert(0, "/job")

import truth_frames  # noqa: E402


class Trainer:
    def __init__(self, steps):
        self.steps = steps

    def train(self):
        return [self.step(number) for number in range(self.steps)]

    def step(self, number):
        for action in (tell, functools.partial(time.sleep, 1e6)):
            action()


def wait_for(lock):
    with lock:
        pass


def tell():
    time.sleep(0.3)
    names = {thread.ident: thread for thread in threading.enumerate()}
    threads = []
    for ident, frame in sys._current_frames().items():
        thread = names[ident]
        if thread is threading.main_thread():
            frame = frame.f_back  # without `tell` itself
        frames = truth_frames.describe_stack(frame)
        threads.append({"tid": thread.native_id, "ident": ident, "name": thread.name,
                        "main": thread is threading.main_thread(), "python": True,
                        "exact": truth_frames.EXACT_FIELDS, "frames": frames})
    write({"pid": threading.get_native_id(), "version": sys.version,
           "version_info": list(sys.version_info), "threads": threads,
           "expect": {"gil_holder_tid": None, "gil_waiting_tids": []}})


def write(truth):
    with open("/job/truth.literal", "w") as output:
        output.write(repr(truth))


def main():
    lock = threading.Lock()
    lock.acquire()
    threading.Thread(target=wait_for, args=(lock,), name="waits-for-lock", daemon=True).start()
    Trainer(2).train()


if __name__ == "__main__":
    main()
