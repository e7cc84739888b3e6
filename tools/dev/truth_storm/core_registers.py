# SPDX-License-Identifier: Apache-2.0
"""Registers of each thread out of a core's NT_PRSTATUS notes, read by nothing of pycore.

    core_registers.read("/tmp/x/core")   # {tid: {"rip": ..., "rsp": ..., ...}}

ELF64 header: e_phoff at 32, e_phentsize at 54, e_phnum at 56. Program header: p_type 0, p_offset 8,
p_filesz 32. Note: namesz, descsz, type, then name and description, each padded to 4.
NT_PRSTATUS (x86-64): pr_pid at 32, pr_reg (27 words) at 112.
"""
import struct

from .still_process import REGISTERS

PT_NOTE = 4
NT_PRSTATUS = 1


def read(path):
    with open(path, "rb") as core:
        header = core.read(64)
        offset, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        core.seek(offset)
        table = core.read(size * count)
        found = {}
        for at in range(0, len(table), size):
            if struct.unpack_from("<I", table, at)[0] == PT_NOTE:
                core.seek(struct.unpack_from("<Q", table, at + 8)[0])
                found.update(threads_in(core.read(struct.unpack_from("<Q", table, at + 32)[0])))
    return found


def threads_in(notes):
    at = 0
    while at + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from("<III", notes, at)
        begin = at + 12 + (name_size + 3 & ~3)
        if kind == NT_PRSTATUS and notes[at + 12:at + 16] == b"CORE":
            tid, = struct.unpack_from("<I", notes, begin + 32)
            yield tid, dict(zip(REGISTERS, struct.unpack_from("<27Q", notes, begin + 112)))
        at = begin + (size + 3 & ~3)


def differences(stopped, dumped):
    """Sentences about threads whose registers are not those of the stop."""
    if set(stopped) != set(dumped):
        yield "threads %s of the stop are in the core %s" % (sorted(stopped), sorted(dumped))
    for tid in set(stopped) & set(dumped):
        moved = [name for name in REGISTERS if stopped[tid][name] != dumped[tid][name]]
        if moved:
            yield "thread %d: %s differ between the stop and the core" % (tid, ", ".join(moved))
