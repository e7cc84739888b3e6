// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which frames of a stack a report shows, and in which shape: one entry a function, so that a native
// frame is followed by the calls that were inlined into it. Text and JSON show the same frames.

#include <cstdint>
#include <vector>

#include "state/process_state.h"

namespace pycore {

// --native=auto|all|none
enum class NativeView {
    Auto,  // without the machinery of the interpreter, except where the thread crashed
    All,
    None,
};

struct StackSelection {
    NativeView native = NativeView::Auto;
    bool plumbing = false;              // --plumbing: show what Auto folds
    std::vector<std::int64_t> threads;  // --thread; empty: all
    bool locals = false;                // --locals: variables of Python frames
};

// A function in a stack. Points into the ThreadState that it was made from.
struct ShownFrame {
    const MergedFrame* frame = nullptr;
    const NativeFunction* function = nullptr;  // nullptr in Python frames
    bool inlined = false;
    bool crash_site = false;
    bool with_locals = false;  // of a Python frame

    const PythonFrame* python() const { return frame->python ? &*frame->python : nullptr; }
};

bool is_selected(const ThreadState& thread, const StackSelection& selection);

// Most recent call last.
std::vector<ShownFrame> shown_frames(const ThreadState& thread, const StackSelection& selection);

// The most recent Python or native function of a thread, whatever a selection folds.
std::optional<ShownFrame> innermost_frame(const ThreadState& thread, MergedFrame::Kind kind);

}  // namespace pycore
