// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Landlock: an unprivileged process gives up access to files for good. Reading stays allowed everywhere,
// because a core's modules, debug files and sources may lie anywhere; writing only where leave is given.

#include "sandbox/sandbox.h"

namespace pycore {

// The version of the kernel's interface; 0 where there is none. Restricts nothing.
int landlock_version();

// The version of the kernel's interface; 0 where there is none, and nothing was restricted.
int restrict_files(const SandboxLeave& leave);

}  // namespace pycore
