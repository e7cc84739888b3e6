// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The vDSO is a shared object that the kernel maps; no file has it, its image is in the core.

#include <optional>

#include "process/process_snapshot.h"

namespace pycore {

// nullopt where the core does not hold it, or the process lists it as a module already. The image is
// a view of the process's memory and shares its life.
std::optional<Module> find_vdso(const ProcessSnapshot& process);

}  // namespace pycore
