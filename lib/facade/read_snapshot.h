// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From a process at one instant to the answer, wherever it came from.

#include "pycore.h"

namespace pycore {

ProcessState read_snapshot(const ProcessSnapshot& process, ReadOptions options, Diagnostics& diagnostics);

}  // namespace pycore
