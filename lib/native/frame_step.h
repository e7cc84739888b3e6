// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One step from a frame to its caller, by whatever is there to go by: call-frame information, the
// kernel's signal frame, the rest of the function's instructions; and, as guesses that must be
// confirmed by a call instruction, the word on top of the stack and the chain of frame pointers.

#include <string>

#include "native/code_map.h"
#include "native/register_set.h"
#include "native/stack_reader.h"
#include "state/native_frame.h"

namespace pycore {

struct FrameCursor {
    RegisterSet registers;
    bool exact_pc = true;    // innermost or interrupted: the pc did not come from a call
    bool recovered = false;  // how we came here is a guess

    Address pc() const { return {registers.get(kRip).value_or(0)}; }
    Address sp() const { return {registers.get(kRsp).value_or(0)}; }
};

struct FrameStep {
    enum class Outcome {
        Caller,     // `caller` is set
        Outermost,  // the rules say that there is no caller
        NoRules,    // nothing to go by
        NoMemory,   // the stack's next words are not there
        Garbage,    // what was found there cannot be a caller
    };
    Outcome outcome = Outcome::NoRules;
    FrameCursor caller;
    std::optional<Address> cfa;  // of the frame stepped from
    std::string reason;          // a sentence, for NoRules, NoMemory and Garbage
};

// What is sure.
FrameStep step_to_caller(const FrameCursor& frame, CodeMap& code, StackReader& stack);

// What is likely, where the above finds no rules. `limit`: the caller's stack pointer lies below; a
// frame that reached further would jump over one that is known to be there.
FrameStep guess_caller(const FrameCursor& frame, Address limit, CodeMap& code, StackReader& stack);

}  // namespace pycore
