// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Interpreters and thread states, and the threads of the process that they belong to.

#include "pycore.h"

namespace pycore {

// An Error where no Python can be found.
Result<void> attach_python(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                           Diagnostics& diagnostics);

}  // namespace pycore
