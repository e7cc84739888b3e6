// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The signal that a handler on the stack was called for. A handler that raises it anew (faulthandler, crash
// reporters) leaves a core that says "sent by itself"; the first one stands in the kernel's signal frame.

#include <optional>

#include "process/process_snapshot.h"

namespace pycore {

// `context`: the stack pointer in the frame that the handler returns to, where the kernel put the ucontext
// (struct rt_sigframe, arch/x86/include/asm/sigframe.h). nullopt: what is there is no siginfo of a signal.
std::optional<SignalInfo> read_handled_signal(const MemoryImage& memory, Address context);

// siginfo_t as a dump or a signal frame has it. nullopt: too short.
std::optional<SignalInfo> parse_siginfo(std::span<const std::byte> bytes);

}  // namespace pycore
