// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/unwinder.h"

#include <algorithm>
#include <array>

#include "native/anchor_recovery.h"
#include "native/code_map.h"
#include "native/frame_step.h"

namespace pycore {
namespace {

// Where NativeFrame::callee_saved comes from, in its order.
constexpr std::array<std::size_t, 6> kCalleeSaved = {kRbx, kRbp, kR12, kR13, kR14, kR15};
// Leaving a signal handler's own stack, the stack pointer may fall. So often, and no loop.
constexpr std::size_t kMaxStackSwitches = 64;

UnwindEnd end_of(FrameStep::Outcome outcome) {
    switch (outcome) {
        case FrameStep::Outcome::Outermost: return UnwindEnd::Complete;
        case FrameStep::Outcome::NoRules: return UnwindEnd::NoCfi;
        case FrameStep::Outcome::NoMemory: return UnwindEnd::NoMemory;
        default: return UnwindEnd::Error;
    }
}

// The walk over one stack.
class Walk {
public:
    Walk(CodeMap& code, AnchorRecovery& recovery, const MemoryImage& memory, std::span<const Address> anchors)
        : code_(code), recovery_(recovery), stack_(memory), anchors_(anchors) {}

    NativeStack run(const Thread& thread) {
        cursor_.registers = RegisterSet(thread.registers);
        while (result_.frames.size() < Unwinder::kMaxFrames) {
            add_frame();
            if (!go_to_caller()) {
                learn();
                return std::move(result_);
            }
        }
        result_.end = UnwindEnd::Limit;
        result_.end_reason = "more than " + std::to_string(Unwinder::kMaxFrames) + " frames";
        return std::move(result_);
    }

private:
    void add_frame() {
        NativeFrame& frame = result_.frames.emplace_back();
        const CodeSite& site = code_.site(cursor_.pc(), cursor_.exact_pc);
        frame.pc = cursor_.pc();
        frame.sp = cursor_.sp();
        frame.is_signal_trampoline = site.is_signal_frame;
        frame.exact_pc = cursor_.exact_pc || site.is_signal_frame;
        frame.recovered = cursor_.recovered;
        for (const std::size_t index : kCalleeSaved) {
            if (const auto value = cursor_.registers.get(index)) frame.callee_saved.push_back(*value);
        }
    }

    // False at the end of the stack, which is then told in result_.
    bool go_to_caller() {
        FrameStep step = step_to_caller(cursor_, code_, stack_);
        NativeFrame& frame = result_.frames.back();
        frame.cfa = step.cfa;
        if (step.outcome == FrameStep::Outcome::NoRules) {
            FrameStep guess = guess_caller(cursor_, next_anchor(), code_, stack_);
            if (guess.outcome != FrameStep::Outcome::NoRules) {
                step = std::move(guess);
                frame.cfa = step.cfa;
            }
        }
        if (step.outcome == FrameStep::Outcome::Caller) {
            if (step.caller.sp() > cursor_.sp() || ++stack_switches_ <= kMaxStackSwitches) {
                cursor_ = step.caller;
                return true;
            }
            step.outcome = FrameStep::Outcome::Garbage;
            step.reason = "the stack runs in a circle at " + to_string(cursor_.sp());
        }
        return step.outcome != FrameStep::Outcome::Outermost && recover() ? true : end_with(step);
    }

    bool recover() {
        learn();
        const Address below = result_.frames.back().cfa.value_or(cursor_.sp());
        const auto found = recovery_.find_next(below, anchors_, code_, stack_);
        if (!found || found->sp() <= cursor_.sp()) return false;
        cursor_ = *found;
        return true;
    }

    bool end_with(const FrameStep& step) {
        result_.end = end_of(step.outcome);
        result_.end_reason = step.reason;
        return false;
    }

    void learn() {
        const std::span frames = result_.frames;
        recovery_.learn(frames.subspan(learned_), anchors_, code_);
        learned_ = frames.size();
    }

    // The first anchor that is not below this frame; frames are never guessed over it.
    Address next_anchor() const {
        const auto next = std::lower_bound(anchors_.begin(), anchors_.end(), cursor_.sp());
        return next == anchors_.end() ? Address{UINT64_MAX} : *next;
    }

    CodeMap& code_;
    AnchorRecovery& recovery_;
    StackReader stack_;
    std::span<const Address> anchors_;
    FrameCursor cursor_;
    NativeStack result_;
    std::size_t learned_ = 0;  // frames that recovery_ has seen
    std::size_t stack_switches_ = 0;
};

}  // namespace

struct Unwinder::Implementation {
    explicit Implementation(const ProcessSnapshot& snapshot) : process(snapshot), code(snapshot) {}

    const ProcessSnapshot& process;
    CodeMap code;
    AnchorRecovery recovery;
};

Unwinder::Unwinder(const ProcessSnapshot& process) : implementation_(new Implementation(process)) {}
Unwinder::~Unwinder() = default;
Unwinder::Unwinder(Unwinder&&) noexcept = default;

NativeStack Unwinder::unwind(const Thread& thread, std::span<const Address> anchors) {
    return Walk(implementation_->code, implementation_->recovery, *implementation_->process.memory, anchors)
        .run(thread);
}

}  // namespace pycore
