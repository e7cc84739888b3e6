// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/anchor_recovery.h"

#include <algorithm>
#include <vector>

namespace pycore {
namespace {

constexpr std::uint64_t kMaxLoopFrame = 64 << 10;  // bytes; the largest seen is below 2 KiB
constexpr std::uint64_t kMaxCfaOffset = 1024;      // seen: 80 to 832
constexpr std::size_t kMaxShapes = 64;             // a build has one or two

bool is_return_address(std::optional<std::uint64_t> word, const CodeMap& code) {
    return word && code.is_executable({*word}) && code.follows_call({*word});
}

// The anchor in a frame, of `anchors` in ascending order.
std::optional<Address> anchor_in(Address sp, Address cfa, std::span<const Address> anchors) {
    const auto first = std::lower_bound(anchors.begin(), anchors.end(), sp);
    return first != anchors.end() && *first < cfa ? std::optional(*first) : std::nullopt;
}

FrameCursor recovered_frame(Address pc, Address sp) {
    FrameCursor frame;
    frame.exact_pc = false;
    frame.recovered = true;
    frame.registers.set(kRip, pc.value);
    frame.registers.set(kRsp, sp.value);
    return frame;
}

// The frame that the word at `slot` returns to, if it is a return address by whose unwind rules the frame
// can end at `cfa`.
std::optional<FrameCursor> frame_returned_to(Address slot, Address cfa, CodeMap& code, StackReader& stack) {
    const auto pc = stack.word(slot);
    if (!is_return_address(pc, code)) return std::nullopt;
    const auto& rules = code.site({*pc}, false).rules;
    if (!rules || !rules->cfa_register) return std::nullopt;
    const std::size_t base = *rules->cfa_register;
    const auto offset = static_cast<std::uint64_t>(rules->cfa_offset);
    // Any other base would have to be known; a frame pointer follows from the CFA.
    if (base != kRbp && !(base == kRsp && slot + 8 + offset == cfa)) return std::nullopt;
    FrameCursor frame = recovered_frame({*pc}, slot + 8);
    frame.registers.set(base, cfa.value - offset);
    return frame;
}

}  // namespace

void AnchorRecovery::learn(std::span<const NativeFrame> frames, std::span<const Address> anchors, CodeMap& code) {
    if (anchors.empty() || shapes_.size() >= kMaxShapes) return;
    for (const NativeFrame& frame : frames) {
        if (!frame.cfa || frame.recovered || frame.exact_pc) continue;
        const CodeSite& site = code.site(frame.pc, false);
        const auto anchor = anchor_in(frame.sp, *frame.cfa, anchors);
        if (anchor && site.rules) shapes_.insert({*frame.cfa - *anchor, *frame.cfa - frame.sp, site.module});
    }
}

std::optional<FrameCursor> AnchorRecovery::find_next(Address below, std::span<const Address> anchors, CodeMap& code,
                                                     StackReader& stack) {
    for (auto anchor = std::upper_bound(anchors.begin(), anchors.end(), below); anchor != anchors.end(); ++anchor) {
        auto frame = find_by_shape(*anchor, code, stack);
        if (!frame && shapes_.empty()) frame = find_by_trial(below, {anchor, anchors.end()}, code, stack);
        if (!frame) frame = find_caller(*anchor, code, stack);
        if (frame) return frame;
    }
    return std::nullopt;
}

std::optional<FrameCursor> AnchorRecovery::find_by_shape(Address anchor, CodeMap& code, StackReader& stack) const {
    for (const Shape& shape : shapes_) {
        const Address cfa = anchor + shape.cfa_offset;
        if (!is_return_address(stack.word(cfa - 8), code)) continue;
        auto frame = frame_returned_to(cfa - shape.frame_size - 8, cfa, code, stack);
        if (frame && code.site(frame->pc(), false).module == shape.module) return frame;
    }
    return std::nullopt;
}

// Nothing tells where the loop itself stands; its caller's return address is where it belongs.
std::optional<FrameCursor> AnchorRecovery::find_caller(Address anchor, CodeMap& code, StackReader& stack) const {
    for (const Shape& shape : shapes_) {
        const Address cfa = anchor + shape.cfa_offset;
        const auto pc = stack.word(cfa - 8);
        if (is_return_address(pc, code)) return recovered_frame({*pc}, cfa);
    }
    return std::nullopt;
}

// The frame of anchors.front(), from any return address below the anchor to any above it.
std::optional<FrameCursor> AnchorRecovery::find_by_trial(Address below, std::span<const Address> anchors, CodeMap& code,
                                                         StackReader& stack) {
    const Address anchor = anchors.front();
    std::vector<Address> cfas;
    for (std::uint64_t offset = 16; offset <= kMaxCfaOffset; offset += 8) {
        if (is_return_address(stack.word(anchor + offset - 8), code)) cfas.push_back(anchor + offset);
    }
    const std::uint64_t lowest = std::max(below.value, anchor.value - std::min(anchor.value, kMaxLoopFrame)) + 8;
    for (std::uint64_t slot = (anchor.value & ~7ULL); slot >= lowest; slot -= 8) {
        for (const Address cfa : cfas) {
            const auto frame = frame_returned_to({slot - 8}, cfa, code, stack);
            if (frame && leads_on(*frame, anchors, code, stack)) return frame;
        }
    }
    return std::nullopt;
}

// True if the loop's caller is in the loop's module and unwind rules lead on from `frame` (of
// anchors.front()) to the next anchor in a frame of the same shape; from the last anchor to the stack's
// end. Stacks are full of old return addresses, so less would not do.
bool AnchorRecovery::leads_on(FrameCursor frame, std::span<const Address> anchors, CodeMap& code, StackReader& stack) {
    std::optional<Shape> first;
    for (; trial_steps_left_ > 0; --trial_steps_left_) {
        const FrameStep step = step_to_caller(frame, code, stack);
        if (step.outcome == FrameStep::Outcome::Outermost) return anchors.size() == 1;
        if (step.outcome != FrameStep::Outcome::Caller || !step.cfa) return false;
        if (!step.caller.exact_pc && !code.follows_call(step.caller.pc())) return false;
        if (step.caller.sp() <= frame.sp()) return false;
        if (const auto anchor = anchor_in(frame.sp(), *step.cfa, anchors)) {
            const Module* module = code.site(frame.pc(), frame.exact_pc).module;
            const Shape shape{*step.cfa - *anchor, *step.cfa - frame.sp(), module};
            if (first) return shape == *first;
            if (code.site(step.caller.pc(), false).module != module) return false;
            first = shape;
        }
        frame = step.caller;
    }
    return false;
}

}  // namespace pycore
