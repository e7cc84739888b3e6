# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""python3 pause_victim.py HEAP_MB THREADS SPINNER.so LOG: says "ready", and then hangs but for one native thread.

HEAP_MB of touched memory that does not compress; THREADS Python threads that wait for a lock under 61 frames each.
SPINNER.so is "-" for a process in which nothing runs.
"""
import ctypes
import mmap
import os
import sys
import threading
import time

lock = threading.Lock()


def descend(depth):
    if depth:
        return descend(depth - 1)
    with lock:
        return None


heap_mb, threads = int(sys.argv[1]), int(sys.argv[2])
heap = mmap.mmap(-1, heap_mb << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, heap_mb << 20, 8 << 20):
    part = os.urandom(64 << 10) * 128
    heap[at:min(at + len(part), heap_mb << 20)] = part[:(heap_mb << 20) - at]
lock.acquire()
for i in range(threads):
    threading.Thread(target=descend, args=(60,), daemon=True).start()
time.sleep(0.5)
if sys.argv[3] != "-" and ctypes.CDLL(sys.argv[3]).start(sys.argv[4].encode()) != 0:
    sys.exit("the spinner does not start")
print("ready", flush=True)
time.sleep(1e6)
