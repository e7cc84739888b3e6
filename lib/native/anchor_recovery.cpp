// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/anchor_recovery.h"

#include <algorithm>

namespace pycore {
namespace {

constexpr std::uint64_t kMaxLoopFrame = 64 << 10;  // bytes; the largest seen is below 2 KiB
constexpr std::uint64_t kMaxCfaOffset = 4096;      // seen: 80 to 832
constexpr std::size_t kMaxShapes = 64;             // a build has one or two

bool is_return_address(std::optional<std::uint64_t> word, const CodeMap& code) {
    return word && code.is_executable({*word}) && code.follows_call({*word});
}

}  // namespace

void AnchorRecovery::learn(std::span<const NativeFrame> frames, std::span<const Address> anchors, CodeMap& code) {
    if (anchors.empty() || cfa_offsets_.size() >= kMaxShapes || loop_functions_.size() >= kMaxShapes) return;
    for (const NativeFrame& frame : frames) {
        if (!frame.cfa || frame.recovered) continue;
        const auto anchor = std::lower_bound(anchors.begin(), anchors.end(), frame.sp);
        if (anchor == anchors.end() || *anchor >= *frame.cfa) continue;
        const CodeSite& site = code.site(frame.pc, frame.exact_pc);
        if (!site.rules) continue;
        cfa_offsets_.insert(*frame.cfa - *anchor);
        loop_functions_.insert(site.function_begin);
    }
}

std::optional<FrameCursor> AnchorRecovery::find_next(Address below, std::span<const Address> anchors, CodeMap& code,
                                                     StackReader& stack) const {
    for (auto anchor = std::upper_bound(anchors.begin(), anchors.end(), below); anchor != anchors.end(); ++anchor) {
        if (auto frame = find_loop_frame(below, *anchor, code, stack)) return frame;
        if (auto frame = find_caller(*anchor, code, stack)) return frame;
    }
    return std::nullopt;
}

// The loop called something: its return address is the highest one below the anchor by whose unwind
// rules the frame reaches over the anchor.
std::optional<FrameCursor> AnchorRecovery::find_loop_frame(Address below, Address anchor, CodeMap& code,
                                                           StackReader& stack) const {
    const std::uint64_t lowest = std::max(below.value, anchor.value - std::min(anchor.value, kMaxLoopFrame));
    for (std::uint64_t slot = (anchor.value & ~7ULL); slot > lowest; slot -= 8) {
        if (auto frame = frame_returned_to({slot - 8}, anchor, code, stack)) return frame;
    }
    return std::nullopt;
}

std::optional<FrameCursor> AnchorRecovery::frame_returned_to(Address slot, Address anchor, CodeMap& code,
                                                             StackReader& stack) const {
    const auto pc = stack.word(slot);
    if (!is_return_address(pc, code)) return std::nullopt;
    const CodeSite& site = code.site({*pc}, false);
    if (!site.rules || !site.rules->cfa_register) return std::nullopt;
    const Address sp = slot + 8;
    const auto offset = static_cast<std::uint64_t>(site.rules->cfa_offset);
    const auto frame_with = [&](Address cfa) -> std::optional<FrameCursor> {
        if (cfa <= anchor || !is_return_address(stack.word(cfa - 8), code)) return std::nullopt;
        FrameCursor frame;
        frame.exact_pc = false;
        frame.recovered = true;
        frame.registers.set(*site.rules->cfa_register, cfa.value - offset);
        frame.registers.set(kRip, *pc);
        frame.registers.set(kRsp, sp.value);
        return frame;
    };
    const bool by_sp = *site.rules->cfa_register == kRsp;
    if (by_sp && cfa_offsets_.empty() && sp + offset - anchor <= kMaxCfaOffset) return frame_with(sp + offset);
    if (!by_sp && loop_functions_.count(site.function_begin) == 0) return std::nullopt;
    for (const std::uint64_t cfa_offset : cfa_offsets_) {
        const Address cfa = anchor + cfa_offset;
        if (by_sp && cfa != sp + offset) continue;
        if (auto frame = frame_with(cfa)) return frame;
    }
    return std::nullopt;
}

// Nothing tells where the loop itself stands; its caller's return address is still where it belongs.
std::optional<FrameCursor> AnchorRecovery::find_caller(Address anchor, CodeMap& code, StackReader& stack) const {
    for (const std::uint64_t cfa_offset : cfa_offsets_) {
        const Address cfa = anchor + cfa_offset;
        const auto pc = stack.word(cfa - 8);
        if (!is_return_address(pc, code)) continue;
        FrameCursor frame;
        frame.exact_pc = false;
        frame.recovered = true;
        frame.registers.set(kRip, *pc);
        frame.registers.set(kRsp, cfa.value);
        return frame;
    }
    return std::nullopt;
}

}  // namespace pycore
