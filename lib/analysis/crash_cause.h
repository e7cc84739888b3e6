// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Why the process was dumped, in one title, with the evidence for it.

#include "state/process_state.h"

namespace pycore {

// Call after the crash site is marked. nullopt: the core does not tell (its notes are lost).
std::optional<CrashCause> find_crash_cause(const ProcessState& state);

}  // namespace pycore
