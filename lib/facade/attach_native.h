// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The C stack of each thread, with names, and with what ties Python's frames to it.

#include "pycore.h"

namespace pycore {

void attach_native(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                   Diagnostics& diagnostics);

}  // namespace pycore
