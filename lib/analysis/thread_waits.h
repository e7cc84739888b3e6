// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a thread waits for: the GIL, a Python lock, a futex of somebody else, or the kernel.

#include "state/process_state.h"

namespace pycore {

// nullopt: the thread was running. Call after thread.waiting_for_gil is set.
std::optional<Wait> find_wait(const ThreadState& thread, const std::vector<InterpreterState>& interpreters,
                              const std::vector<GilOwnership>& ownership);

}  // namespace pycore
