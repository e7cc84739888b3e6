// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Who holds each GIL and who waits for it. The holder is `last_holder`, but only while the GIL is
// locked; a waiter is a thread that is blocked in futex(2) on a word inside the GIL, or whose C stack
// stands in take_gil. No symbol is needed for the first.

#include "state/process_state.h"

namespace pycore {

std::vector<GilOwnership> gil_ownership(const ProcessState& state);

}  // namespace pycore
