// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// verify_runtime asks the process itself whether a layout fits: back pointers of the interpreter and
// thread-state lists, and sizes that type objects tell (tp_basicsize).

#include "layout/locate_runtime.h"

namespace pycore::layout {

enum class Verdict {
    Fits,
    Contradicted,  // something points elsewhere than the layout says
    Inconclusive,  // what would tell is not in the core
};

Verdict verify_runtime(const MemoryImage& memory, Address runtime, const RuntimeLayout& layout);

}  // namespace pycore::layout
