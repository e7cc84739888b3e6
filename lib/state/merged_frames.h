// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// All frames of a process whose stacks were concluded, whatever thread they belong to.

#include "state/process_state.h"

namespace pycore {

template <typename Visit>
void for_each_python_frame(const ProcessState& state, const Visit& visit) {
    for (const ThreadState& thread : state.threads) {
        for (const MergedFrame& frame : thread.stack.frames) {
            if (frame.python) visit(*frame.python);
        }
    }
}

template <typename Visit>
void for_each_native_frame(const ProcessState& state, const Visit& visit) {
    for (const ThreadState& thread : state.threads) {
        for (const MergedFrame& frame : thread.stack.frames) {
            if (frame.native) visit(*frame.native);
        }
    }
}

}  // namespace pycore
