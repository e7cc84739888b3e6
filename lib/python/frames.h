// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// read_frames follows the frame chain of one thread state, of every kind that CPython 3.8 to 3.15 has,
// and groups it by activation of the evaluation loop (state/python_frame.h). It never recurses, follows
// at most kMaxFrames, and detects circles.

#include "python/code_objects.h"
#include "state/python_frame.h"

namespace pycore {

inline constexpr std::size_t kMaxFrames = 220'000;

struct FrameStack {
    std::vector<Activation> activations;  // youngest first
    bool complete = true;                 // read to its end
};

// `report` is told what cannot be read, a sentence each.
FrameStack read_frames(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                       const std::function<void(const Error&)>& report);

}  // namespace pycore
