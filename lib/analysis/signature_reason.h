// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a process died of, in words that another run of the same bug gives again.

#include <string>

#include "state/process_state.h"

namespace pycore {

struct SignatureReason {
    std::string text;  // with all that is known: "SIGSEGV, null pointer", "assertion x > 0"
    std::string kind;  // what L0 and L1 begin with; coarser, because the same bug may miss by one address more
    bool is_hang = false;
    bool stack_overflow = false;
    bool heap_corruption = false;
};

SignatureReason signature_reason(const ProcessState& state);

// "free(): invalid pointer 0x5581 at 12" -> "free(): invalid pointer N at N".
std::string without_numbers(std::string_view text);

}  // namespace pycore
