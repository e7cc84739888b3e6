# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: the pycore authors
"""A file system that stops answering: a FUSE server of a few lines, which shows one folder read-only.

    with HungMount(folder, point) as mount:   # as root, in a mount namespace of its own
        ...                                   # files can be read below `point`
        mount.hang()                          # from now on whoever opens one waits for ever
"""
import ctypes
import os
import pathlib
import signal
import struct
import time

LIBC = ctypes.CDLL(None, use_errno=True)
LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR = (
    1, 2, 3, 14, 15, 17, 18, 25, 26, 27, 28, 29)
UNANSWERED = {FORGET, 36, 42}  # also INTERRUPT, BATCH_FORGET
ENOENT, ENOSYS = 2, 38


def mount(source, target, kind, flags=0, data=""):
    if LIBC.mount(source.encode(), str(target).encode(), kind.encode(), flags, data.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "mount: " + os.strerror(number))


class Server:
    """Nodes: 1 is the folder, the others are its files in order."""

    def __init__(self, device, folder):
        self.device = device
        self.files = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())

    def attributes(self, node):
        if node == 1:
            size, mode = 4096, 0o040755
        else:
            size, mode = self.files[node - 2].stat().st_size, 0o100755
        return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, node, body):
        if opcode == INIT:
            major, minor, readahead, _ = struct.unpack("<4I", body[:16])
            return struct.pack("<4I2H2I2H8I", 7, min(minor, 31), readahead, 0, 12, 9, 1 << 17, 1, 32, *[0] * 9)
        if opcode == LOOKUP:
            names = [path.name for path in self.files]
            name = body.rstrip(b"\0").decode()
            if name not in names:
                return -ENOENT
            found = names.index(name) + 2
            return struct.pack("<4Q2I", found, 0, 0, 0, 0, 0) + self.attributes(found)
        if opcode == GETATTR:
            return struct.pack("<Q2I", 0, 0, 0) + self.attributes(node)
        if opcode in (OPEN, OPENDIR):
            return struct.pack("<Q2I", node, 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack("<2QI", body[:20])
            with open(self.files[node - 2], "rb") as file:
                file.seek(offset)
                return file.read(size)
        if opcode == STATFS:
            return bytes(80)
        return b"" if opcode in (RELEASE, FLUSH, READDIR, RELEASEDIR) else -ENOSYS

    def run(self):
        while True:
            request = os.read(self.device, 1 << 21)
            _, opcode, unique, node = struct.unpack("<2I2Q", request[:24])
            if opcode in UNANSWERED:
                continue
            answer = self.answer(opcode, node, request[40:])
            error, body = (answer, b"") if isinstance(answer, int) else (0, answer)
            os.write(self.device, struct.pack("<IiQ", 16 + len(body), error, unique) + body)


class HungMount:
    def __init__(self, folder, point):
        self.point = point
        device = os.open("/dev/fuse", os.O_RDWR)
        mount("hung", point, "fuse.hung", 6, "fd=%d,rootmode=40000,user_id=0,group_id=0" % device)
        self.server = os.fork()
        if self.server == 0:
            try:
                LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
                Server(device, folder).run()
            finally:
                os._exit(1)
        os.close(device)
        time.sleep(0.2)

    def hang(self):
        os.kill(self.server, signal.SIGSTOP)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.server, signal.SIGKILL)  # ends the connection: who waits gets an error
        os.waitpid(self.server, 0)
        LIBC.umount2(str(self.point).encode(), 2)  # MNT_DETACH
