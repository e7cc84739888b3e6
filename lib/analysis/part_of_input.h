// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The part of a triage that one input makes.

#include <string>

#include "state/signature.h"
#include "state/triage.h"

namespace pycore {

// Of an input that was read; `input` says where it is and how well it was read, `state` is the process with its
// conclusions.
TriagePart part_of(TriageInput input, const ProcessState& state, const Signature& signature);
TriagePart part_of_unreadable(std::string path, std::string reason);

}  // namespace pycore
