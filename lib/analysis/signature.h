// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// sign: the signature of a process. Which frames count is said by signature_rules.def; how many of them make
// L1 was fitted on a labelled corpus (docs/signatures.md) and is not a matter of taste.

#include "state/process_state.h"
#include "state/signature.h"

namespace pycore {

// Of what was read from a dump or from a saved `stacks` document; both give the same.
Signature sign(const ProcessState& state);

}  // namespace pycore
