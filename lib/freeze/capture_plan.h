// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a snapshot holds beside that which pycore's own reading looks at: what other readers of cores need
// (gdb, elfutils, pystack) and what later questions may ask for.

#include <cstdint>

#include "process/live_process.h"

namespace pycore {

// Looks at it, so that `process.pages` has it: used stacks and thread control blocks of all threads, written
// data of modules, [vdso].
void look_at_essentials(const LiveProcess& process);

// Everything that is written to and no other process's, or nobody's file (Level::Full).
void look_at_written_memory(const LiveProcess& process);
// An Error if this machine has no room for a copy of that.
Result<void> check_room(const LiveProcess& process);

// The stacks only, for threads whose registers became known later.
void look_at_stacks(const LiveProcess& process);

}  // namespace pycore
