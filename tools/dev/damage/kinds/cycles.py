# SPDX-License-Identifier: Apache-2.0
"""Lists that run in a circle: frames, thread states, interpreters, the dynamic linker's modules."""
import struct

from damage.case import Impossible, overwrite


def cycle(base, ordinal, random):
    makers = (frames, frames, threads, interpreters, modules)
    return makers[ordinal % len(makers)](base, random)


def tie(base, word, target, label):
    return overwrite(base.core, [(base.core.offset_of(word, 8), struct.pack("<Q", target))], label)


def frames(base, random):
    thread = random.choice([thread for thread in base.witness.threads if thread.frames])
    i = random.randrange(len(thread.frames))
    younger = thread.frames[random.randrange(i + 1)]
    return tie(base, thread.frames[i].links[0][0], younger.address, "a frame's caller is itself or its callee")


def threads(base, random):
    i = random.randrange(len(base.witness.threads))
    word = base.witness.place(base.witness.threads[i].address, "thread_state.next")[0]
    return tie(base, word, base.witness.threads[random.randrange(i + 1)].address, "thread states in a circle")


def interpreters(base, _random):
    word = base.witness.place(base.witness.interpreters[-1], "interpreter_state.next")[0]
    return tie(base, word, base.witness.interpreters[0], "interpreters in a circle")


def modules(base, random):
    nodes = base.witness.link_map()
    if not nodes:
        raise Impossible("no link_map in this core")
    i = random.randrange(len(nodes))
    return tie(base, nodes[i] + 24, nodes[random.randrange(i + 1)], "link_map in a circle")
