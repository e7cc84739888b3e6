# SPDX-License-Identifier: Apache-2.0
"""The witness: a walk of its own over a sound core, from the runtime to every frame, that notes which bytes lead
to a frame and which bytes are what is told of it. A damaged core is judged by these.

All places are (address, size) in the process.
"""
import dataclasses

from damage.core_file import Absent

MAX_NODES = 1_000_000
AT_PHDR, AT_PHNUM, PT_DYNAMIC, DT_DEBUG = 3, 5, 2, 21


@dataclasses.dataclass
class Frame:
    address: int
    links: list      # what leads to the next older frame
    reference: tuple  # the word that names the code object
    code: int
    position: list   # what says where in the code it stands


@dataclasses.dataclass
class Thread:
    address: int
    pointer: int     # the thread pointer, fs_base
    links: list      # from the runtime up to this thread's youngest frame, all threads before it included
    frames: list     # youngest first


@dataclasses.dataclass
class Code:
    address: int
    head: list       # type, and the references to names and tables
    texts: dict      # "function", "file", "qualname" -> places of the header and the characters
    lines: list      # the line table, the first line
    line_table: tuple


class Witness:
    def __init__(self, core, layout, runtime, minor):
        self.core, self.layout, self.runtime, self.minor = core, layout, runtime, minor
        self.interpreters, self.threads, self.codes, self.types = [], [], {}, set()
        self._walk()

    # -- reading -----------------------------------------------------------------------------------------

    def place(self, base, field, size=8):
        return base + self.layout[field], size

    def has(self, field):
        return field in self.layout

    def follow(self, base, field):
        return self.core.word(self.place(base, field)[0])

    # -- the chains --------------------------------------------------------------------------------------

    def _walk(self):
        links = [self.place(self.runtime, "runtime_state.interpreters_head")]
        interpreter = self.follow(self.runtime, "runtime_state.interpreters_head")
        while interpreter and len(self.interpreters) < MAX_NODES:
            self.interpreters.append(interpreter)
            links.append(self.place(interpreter, "interpreter_state.threads_head"))
            state = self.follow(interpreter, "interpreter_state.threads_head")
            while state and len(self.threads) < MAX_NODES:
                links = links + [self.place(state, "thread_state.interp")]
                self.threads.append(self._read_thread(state, list(links)))
                links.append(self.place(state, "thread_state.next"))
                state = self.follow(state, "thread_state.next")
            links.append(self.place(interpreter, "interpreter_state.next"))
            interpreter = self.follow(interpreter, "interpreter_state.next")

    def _read_thread(self, state, links):
        links.append(self.place(state, "thread_state.thread_id"))
        if self.minor <= 10:
            field, first = "thread_state.frame", self.follow(state, "thread_state.frame")
        elif self.minor <= 12:
            field, frame = "thread_state.cframe", self.follow(state, "thread_state.cframe")
            links.append(self.place(frame, "cframe.current_frame"))
            first = self.follow(frame, "cframe.current_frame")
        else:
            field, first = "thread_state.current_frame", self.follow(state, "thread_state.current_frame")
        links.append(self.place(state, field))
        read = self._read_frame_object if self.minor <= 10 else self._read_interpreter_frame
        frames = []
        while first and len(frames) < MAX_NODES:
            frame, first = read(first)
            frames.append(frame)
        return Thread(state, self.follow(state, "thread_state.thread_id"), links, frames)

    def _read_frame_object(self, address):
        code = self.follow(address, "frame_object.f_code")
        links = [self.place(address, "frame_object.f_back")]
        frame = Frame(address, links, self.place(address, "frame_object.f_code"), self._read_code(code),
                      [self.place(address, "frame_object.f_lasti", 4)])
        return frame, self.follow(address, "frame_object.f_back")

    def _read_interpreter_frame(self, address):
        owner = self.core.number(address + self.layout["interpreter_frame.owner"], "b")
        links = [self.place(address, "interpreter_frame.previous"), self.place(address, "interpreter_frame.owner", 1)]
        code = 0
        if owner < 3:
            mask = ~3 if self.minor >= 14 else ~0
            code = self._read_code(self.follow(address, "interpreter_frame.executable") & mask)
        frame = Frame(address, links, self.place(address, "interpreter_frame.executable"), code,
                      [self.place(address, "interpreter_frame.instr_ptr")])
        return frame, self.follow(address, "interpreter_frame.previous")

    # -- what is told of a frame -------------------------------------------------------------------------

    def _read_code(self, address):
        if address in self.codes:
            return address
        fields = {"function": "code_object.name", "file": "code_object.filename", "qualname": "code_object.qualname"}
        head, texts = [(address + self.layout["pyobject.ob_type"], 8)], {}
        self.types.add(self.core.word(address + self.layout["pyobject.ob_type"]))
        for key, field in fields.items():
            if not self.has(field):
                continue
            head.append(self.place(address, field))
            texts[key] = self._read_text(self.follow(address, field))
        head.append(self.place(address, "code_object.linetable"))
        table = self.follow(address, "code_object.linetable")
        size = self.core.word(table + self.layout["bytes_object.ob_size"])
        lines = [(table + self.layout["bytes_object.ob_size"], 8), (table + self.layout["bytes_object.ob_sval"], size),
                 self.place(address, "code_object.firstlineno", 4)]
        self.codes[address] = Code(address, head, texts, lines, lines[1])
        return address

    def _read_text(self, address):
        self.types.add(self.core.word(address + self.layout["pyobject.ob_type"]))
        length = self.core.word(address + self.layout["unicode_object.length"])
        state = self.core.number(address + self.layout["unicode_object.state"], "I")
        kind, is_ascii = state >> 2 & 7, state >> 6 & 1
        header = self.layout["unicode_object.asciiobject_size"]
        if not is_ascii:
            header = self.layout.get("unicode_object.compactunicodeobject_size", header + 16)
        return [(address + self.layout["pyobject.ob_type"], 8), (address + self.layout["unicode_object.length"], 8),
                (address + self.layout["unicode_object.state"], 4), (address + header, length * kind)]

    def links(self):
        """Every word that leads from one thing to the next."""
        return [place for thread in self.threads for place in
                thread.links + [link for frame in thread.frames for link in frame.links]]

    # -- the dynamic linker's list -----------------------------------------------------------------------

    def link_map(self):
        """Addresses of its nodes; empty where the core does not lead there."""
        try:
            return list(self._walk_link_map())
        except (Absent, TypeError):
            return []

    def _walk_link_map(self):
        core, table, count = self.core, self.core.auxiliary(AT_PHDR), self.core.auxiliary(AT_PHNUM)
        headers = [(core.number(table + 56 * i, "I"), core.word(table + 56 * i + 16)) for i in range(count)]
        bias = next((table - address for kind, address in headers if kind == 6), 0)
        dynamic = next(address + bias for kind, address in headers if kind == PT_DYNAMIC)
        while core.word(dynamic) not in (0, DT_DEBUG):
            dynamic += 16
        node = core.word(core.word(dynamic + 8) + 8)
        while node:
            yield node
            node = core.word(node + 24)
