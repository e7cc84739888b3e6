// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What the notes and tables of a dump say of its process, before anything is looked for in its memory.

#include "process/process_snapshot.h"
#include "state/process_state.h"

namespace pycore {

void describe_process(const ProcessSnapshot& process, ProcessState& state);
void list_threads(const ProcessSnapshot& process, ProcessState& state);

// A signal that the process sent itself out of a handler of the same signal is the first one told again. What the
// thread was doing then is what it does: it is in the call that sent the second one only since.
void find_first_signal(const ProcessSnapshot& process, ProcessState& state);

}  // namespace pycore
