// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One physical frame of a C stack, and the calls that the compiler inlined into it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"

namespace pycore {

struct SourceLocation {
    std::string file;
    std::int64_t line = 0;               // 1-based
    std::optional<std::int64_t> column;  // 1-based as DWARF has it; nullopt where the compiler gave none
};

// A function at a pc: the physical one, or one that was inlined there.
struct NativeFunction {
    std::optional<std::string> name;      // demangled
    std::optional<std::string> raw_name;  // as the linker sees it
    std::optional<SourceLocation> location;
};

struct NativeFrame {
    Address pc;                  // the frame's own program counter: the return address in callers
    Address sp;                  // stack pointer in this frame
    std::optional<Address> cfa;  // canonical frame address: the caller's stack pointer
    bool exact_pc = false;       // innermost, signal trampoline or interrupted: look up pc, not pc - 1
    bool is_signal_trampoline = false;
    bool recovered = false;  // not unwound by CFI: found again through a Python anchor

    NativeFunction function;              // the physical function; its location is the outermost call site
    std::vector<NativeFunction> inlined;  // outermost first; the last one holds the real line
    std::optional<std::string> module;
    std::optional<std::string> build_id;
    std::optional<std::uint64_t> module_offset;  // of pc, what addr2line -e takes

    // Registers that the callee saved for this frame, where CFI recovers them: rbx rbp r12 r13 r14 r15.
    std::vector<std::uint64_t> callee_saved;
    // PyFrameObjects of this thread that lie in callee_saved or in the words [sp, cfa) (CPython <= 3.10).
    std::vector<Address> frame_candidates;

    Address lookup_pc() const { return exact_pc ? pc : pc - 1; }
};

// Why a C stack ends where it ends.
enum class UnwindEnd {
    Complete,  // the outermost frame: no return address by its own CFI
    NoCfi,     // no unwind rules at the last pc
    NoMemory,  // the stack's next bytes are not in the core
    Limit,     // more frames than we follow
    Error,
};

struct NativeStack {
    std::vector<NativeFrame> frames;  // innermost first
    UnwindEnd end = UnwindEnd::Complete;
    std::string end_reason;  // a sentence, empty if Complete
};

}  // namespace pycore
