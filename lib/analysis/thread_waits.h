// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a thread waits for: the GIL, a Python lock, a futex of somebody else, or the kernel.

#include "state/process_state.h"

namespace pycore {

// nullopt: the thread was running. Call after the GIL's ownership is concluded.
std::optional<Wait> find_wait(const ThreadState& thread, const ProcessState& state);

}  // namespace pycore
