// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// conclude runs every analysis in its order over what was read: merged stacks, GIL, waits, crash
// site and cause, the order of the threads.

#include "state/process_state.h"

namespace pycore {

void conclude(ProcessState& state);

}  // namespace pycore
