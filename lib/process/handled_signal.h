// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The signal that a handler on the stack was called for. A handler that raises it anew (faulthandler, crash
// reporters) leaves a core that says "sent by itself"; the first one stands in the kernel's signal frame.

#include <optional>

#include "process/process_snapshot.h"

namespace pycore {

// `number` as the handler was called for, `context`: the stack pointer in the frame that the handler returns to, where
// the kernel put the ucontext (struct rt_sigframe, arch/x86/include/asm/sigframe.h). A handler without SA_SIGINFO has
// no siginfo there, but the registers with the trap and the address of a page fault; who sent a signal is then unknown.
// nullopt: what is there cannot be read.
std::optional<SignalInfo> read_handled_signal(const MemoryImage& memory, Address context, int number);

// siginfo_t as a dump or a signal frame has it. nullopt: too short.
std::optional<SignalInfo> parse_siginfo(std::span<const std::byte> bytes);

}  // namespace pycore
