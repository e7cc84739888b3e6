// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// AnchorRecovery finds a stack again beyond code without unwind rules (jitted code, stubs). CPython's
// evaluation loop keeps a block on the C stack whose address is known (an anchor); how far below the
// frame's CFA it lies is one constant of the build. The constant, and where the loop's code is, are
// learned from frames that unwound.

#include <optional>
#include <set>
#include <span>

#include "native/frame_step.h"

namespace pycore {

class AnchorRecovery {
public:
    // Call with the stacks that unwound, and their anchors (ascending).
    void learn(std::span<const NativeFrame> frames, std::span<const Address> anchors, CodeMap& code);

    // The frame of the next anchor above `below`, marked as recovered; nullopt where none is found.
    std::optional<FrameCursor> find_next(Address below, std::span<const Address> anchors, CodeMap& code,
                                         StackReader& stack) const;

private:
    std::optional<FrameCursor> find_loop_frame(Address below, Address anchor, CodeMap& code, StackReader& stack) const;
    std::optional<FrameCursor> find_caller(Address anchor, CodeMap& code, StackReader& stack) const;
    std::optional<FrameCursor> frame_returned_to(Address slot, Address anchor, CodeMap& code, StackReader& stack) const;

    std::set<std::uint64_t> cfa_offsets_;  // CFA - anchor
    std::set<Address> loop_functions_;     // where the code of the evaluation loop begins
};

}  // namespace pycore
