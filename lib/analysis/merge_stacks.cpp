// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/merge_stacks.h"

#include <algorithm>
#include <utility>

#include "analysis/place_activations.h"

namespace pycore {
namespace {

MergedFrame python_entry(const PythonFrame& frame, const PythonThread& thread, bool uncertain) {
    MergedFrame merged;
    merged.kind = MergedFrame::Kind::Python;
    merged.python = frame;
    merged.interpreter_id = thread.interpreter_id;
    merged.uncertain = uncertain;
    return merged;
}

MergedFrame native_entry(const NativeFrame& frame, bool uncertain) {
    MergedFrame merged;
    merged.native = frame;
    merged.uncertain = uncertain;
    return merged;
}

// A run of activations without a sure place, between two that have one.
struct UnplacedRun {
    std::size_t end;                        // one past the last activation of the run
    std::optional<std::size_t> next_frame;  // native frame of the activation that ends it; none: the run is last
};

// Builds the stack youngest first and turns it round at the end.
class Merger {
public:
    Merger(const NativeStack& native, std::vector<PlacedActivation> activations)
        : native_(native), activations_(std::move(activations)) {}

    std::vector<MergedFrame> run() {
        frames_.reserve(count_frames());
        for (std::size_t i = 0; i < native_.frames.size(); ++i) {
            const UnplacedRun unplaced = unplaced_from(next_, i);
            const bool in_gap = unplaced.end > next_;
            if (in_gap && unplaced.next_frame == i) emit_until(unplaced.end, true);
            while (next_ < activations_.size() && activations_[next_].native_index == i) emit_until(next_ + 1, false);
            frames_.push_back(native_entry(native_.frames[i], in_gap && unplaced.next_frame != i));
        }
        emit_until(activations_.size(), true);
        std::reverse(frames_.begin(), frames_.end());
        return std::move(frames_);
    }

private:
    std::size_t count_frames() const {
        std::size_t count = native_.frames.size();
        for (const PlacedActivation& placed : activations_) count += placed.activation->frames.size();
        return count;
    }

    // Activations from `begin` on that have no place at native frame `index` or beyond it.
    UnplacedRun unplaced_from(std::size_t begin, std::size_t index) const {
        for (std::size_t end = begin; end < activations_.size(); ++end) {
            if (activations_[end].native_index && *activations_[end].native_index >= index) {
                return {end, activations_[end].native_index};
            }
        }
        return {activations_.size(), std::nullopt};
    }

    void emit_until(std::size_t end, bool uncertain) {
        for (; next_ < end; ++next_) {
            const PlacedActivation& placed = activations_[next_];
            for (const PythonFrame& frame : placed.activation->frames) {
                frames_.push_back(python_entry(frame, *placed.thread, uncertain || placed.uncertain));
            }
        }
    }

    const NativeStack& native_;
    std::vector<PlacedActivation> activations_;
    std::size_t next_ = 0;  // the first activation that is not in frames_ yet
    std::vector<MergedFrame> frames_;
};

MergeStatus status_of(const MergedStack& stack, bool any_native) {
    const auto is_python = [](const MergedFrame& frame) { return frame.kind == MergedFrame::Kind::Python; };
    const bool any_python = std::any_of(stack.frames.begin(), stack.frames.end(), is_python);
    if (!any_python) return MergeStatus::NativeOnly;
    if (!any_native) return MergeStatus::PythonOnly;
    const bool any_uncertain =
        std::any_of(stack.frames.begin(), stack.frames.end(), [](const MergedFrame& frame) { return frame.uncertain; });
    return any_uncertain ? MergeStatus::Partial : MergeStatus::Anchored;
}

}  // namespace

MergedStack merge_stacks(const NativeStack& native, const std::vector<PythonThread>& python) {
    MergedStack stack;
    stack.frames = Merger(native, place_activations(native.frames, python)).run();
    if (native.frames.empty()) {
        // Nothing to be placed between: the order of the chain is sure.
        for (MergedFrame& frame : stack.frames) frame.uncertain = false;
    }
    stack.status = status_of(stack, !native.frames.empty());
    return stack;
}

}  // namespace pycore
