// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The filter of system calls: a small program that the kernel runs before each of ours. It refuses what
// starts programs, reaches other processes or the network, changes the machine, or pushes characters into
// a terminal. Refused calls fail with EPERM; calls newer than this file with ENOSYS, as on an older kernel.

#include "sandbox/sandbox.h"

namespace pycore {

// False where the kernel has no seccomp, or this build's sanitizers need what it refuses.
bool filter_system_calls(const SandboxLeave& leave);

}  // namespace pycore
