// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/shown_frames.h"

#include <algorithm>

namespace pycore {
namespace {

bool is_python(const MergedFrame& frame) { return frame.kind == MergedFrame::Kind::Python; }

// Where the run of native frames begins that ends the stack of a crashed thread: what happened there
// is shown as it was, plumbing or not.
std::size_t first_of_crash(const ThreadState& thread) {
    const auto& frames = thread.stack.frames;
    if (!thread.crashed) return frames.size();
    const auto last_python = std::find_if(frames.rbegin(), frames.rend(), is_python);
    return static_cast<std::size_t>(frames.rend() - last_python);
}

bool is_shown(const MergedFrame& frame, bool at_crash, const StackSelection& selection) {
    if (is_python(frame)) return true;
    switch (selection.native) {
        case NativeView::All: return true;
        case NativeView::None: return false;
        case NativeView::Auto: return !frame.plumbing || frame.crash_site || at_crash || selection.plumbing;
    }
    return true;
}

// The innermost function of a frame is the one to look at, so it alone carries the crash site.
void append_functions(std::vector<ShownFrame>& shown, const MergedFrame& frame) {
    if (is_python(frame)) {
        if (frame.python) shown.push_back({&frame, nullptr, false, frame.crash_site});
        return;
    }
    if (!frame.native) return;
    shown.push_back({&frame, &frame.native->function, false, false});
    for (const NativeFunction& function : frame.native->inlined) shown.push_back({&frame, &function, true, false});
    shown.back().crash_site = frame.crash_site;
}

}  // namespace

bool is_selected(const ThreadState& thread, const StackSelection& selection) {
    const auto& wanted = selection.threads;
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), thread.tid) != wanted.end();
}

std::vector<ShownFrame> shown_frames(const ThreadState& thread, const StackSelection& selection) {
    const auto& frames = thread.stack.frames;
    const std::size_t crash_begin = first_of_crash(thread);
    std::vector<ShownFrame> shown;
    shown.reserve(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (is_shown(frames[i], i >= crash_begin, selection)) append_functions(shown, frames[i]);
    }
    for (ShownFrame& frame : shown) frame.with_locals = selection.locals;
    return shown;
}

std::optional<ShownFrame> innermost_frame(const ThreadState& thread, MergedFrame::Kind kind) {
    const auto& frames = thread.stack.frames;
    const auto found =
        std::find_if(frames.rbegin(), frames.rend(), [&](const MergedFrame& frame) { return frame.kind == kind; });
    if (found == frames.rend()) return std::nullopt;
    std::vector<ShownFrame> functions;
    append_functions(functions, *found);
    if (functions.empty()) return std::nullopt;
    return functions.back();
}

}  // namespace pycore
