// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// find_lost_threads: where a list of thread states is torn, the states behind the tear are still in
// memory, and each holds pthread_self() of its thread. This finds them by that word.

#include <span>
#include <vector>

#include "process/process_snapshot.h"
#include "python/remote_struct.h"
#include "state/interpreter_state.h"

namespace pycore {

struct LostThread {
    Address state;  // PyThreadState
    std::int64_t interpreter_id = 0;
};

// Thread states of those threads of the process that none of `known` belongs to. A state counts if its
// interpreter is one of `interpreters`; where not even those could be read, if its neighbours in the
// list point back to it or it holds the thread's tid.
std::vector<LostThread> find_lost_threads(const ProcessSnapshot& process, const Remote& remote,
                                          std::span<const InterpreterState> interpreters,
                                          std::span<const PythonThread> known);

}  // namespace pycore
