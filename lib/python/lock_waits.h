// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// find_lock_waits: which Python lock object each blocked thread waits for, and who owns it where the
// lock knows. A thread asleep in futex(2) tells the word; from 3.13 on that is a semaphore of the
// parking lot on the thread's own stack (Python/parking_lot.c: struct wait_entry {park_arg, addr,
// sema}), before it is the semaphore that the lock object points to (Modules/_threadmodule.c).

#include <vector>

#include "process/process_snapshot.h"
#include "python/remote_struct.h"
#include "state/interpreter_state.h"

namespace pycore {

std::vector<LockWait> find_lock_waits(const ProcessSnapshot& process, const Remote& remote);

}  // namespace pycore
