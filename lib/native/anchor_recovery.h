// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// AnchorRecovery finds a stack again beyond code without unwind rules (jitted code, stubs). CPython's
// evaluation loop keeps a block on the C stack whose address is known (an anchor); how far below the
// frame's CFA it lies is one constant of the build, and so is the size of the frame. Both are learned
// from frames that unwound. Before anything is learned a frame must prove itself: from it,
// unwind rules must lead to the next anchor or to the stack's end.

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "native/frame_step.h"

namespace pycore {

class AnchorRecovery {
public:
    // Call with the stacks that unwound, and their anchors (ascending).
    void learn(std::span<const NativeFrame> frames, std::span<const Address> anchors, CodeMap& code);

    // The frame of the next anchor above `below`, marked as recovered; nullopt where none is found.
    std::optional<FrameCursor> find_next(Address below, std::span<const Address> anchors, CodeMap& code,
                                         StackReader& stack);

private:
    // What loop frames of this build look like.
    struct Shape {
        std::uint64_t cfa_offset = 0;  // CFA - anchor
        std::uint64_t frame_size = 0;  // CFA - stack pointer
        const Module* module = nullptr;
        auto operator<=>(const Shape&) const = default;
    };

    std::optional<FrameCursor> find_by_shape(Address anchor, CodeMap& code, StackReader& stack) const;
    std::optional<FrameCursor> find_caller(Address anchor, CodeMap& code, StackReader& stack) const;
    std::optional<FrameCursor> find_by_trial(Address below, std::span<const Address> anchors, CodeMap& code,
                                             StackReader& stack);
    bool leads_on(FrameCursor frame, std::span<const Address> anchors, CodeMap& code, StackReader& stack);

    std::set<Shape> shapes_;
    std::size_t trial_steps_left_ = 100'000;  // of leads_on(), for the whole process
};

}  // namespace pycore
