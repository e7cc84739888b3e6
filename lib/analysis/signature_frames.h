// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The frames of a thread as signatures see them: named without what differs between builds, each with the rule
// that drops it, if one does.

#include <vector>

#include "analysis/signature_rules.h"
#include "state/process_state.h"
#include "state/signature.h"

namespace pycore {

enum class FrameOrigin { Application, StandardLibrary, Interpreter, Libc, Unknown };

struct NamedFrame {
    SignatureFrame shown;
    const MergedFrame* frame = nullptr;
    FrameOrigin origin = FrameOrigin::Application;
    RuleEffect effect = RuleEffect::Keep;  // Drop or Binding where a rule dropped it
    bool above_site = false;               // ran on top of the crash: dying, signal handlers

    bool is_python() const { return shown.kind == SignatureFrame::Kind::Python; }
};

// Most recent call last, one entry a frame of the stack. The site is where the stack says it is; where a stack has
// none, nothing is above it.
std::vector<NamedFrame> name_frames(const ThreadState& thread, const ProcessState& state);

// Runs of frames that repeat (recursion, up to ten functions long) told once. `lines` innermost first.
struct FoldedLines {
    std::vector<std::string_view> lines;
    std::size_t cycle_begin = 0;  // of the innermost run that was folded, into lines
    std::size_t cycle_size = 0;   // 0: nothing repeats
    std::size_t cycle_count = 0;  // how often
};
FoldedLines fold_cycles(const std::vector<std::string_view>& lines);

}  // namespace pycore
