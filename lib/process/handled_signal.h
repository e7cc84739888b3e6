// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The signal that a handler on the stack was called for. A handler that raises it anew (faulthandler, crash
// reporters) leaves a core that says "sent by itself"; the first one stands in the kernel's signal frame.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "process/process_snapshot.h"

namespace pycore {

// `number` as the handler was called for, `context`: the stack pointer in the frame that the handler returns to, where
// the kernel put the ucontext (struct rt_sigframe, arch/x86/include/asm/sigframe.h). A handler without SA_SIGINFO has
// no siginfo there, but the registers with the trap and the address of a page fault; who sent a signal is then unknown.
// nullopt: what is there cannot be read.
std::optional<SignalInfo> read_handled_signal(const MemoryImage& memory, Address context, int number);

struct InterruptedCall {
    std::int64_t number = 0;
    std::array<std::uint64_t, 6> arguments{};
};

// The system call that a signal interrupted: it returned EINTR to the registers in `context`, and the code before the
// call says which one it was. nullopt: none, or the code does not say.
std::optional<InterruptedCall> read_interrupted_call(const MemoryImage& memory, Address context);

// siginfo_t as a dump or a signal frame has it. nullopt: too short.
std::optional<SignalInfo> parse_siginfo(std::span<const std::byte> bytes);

}  // namespace pycore
