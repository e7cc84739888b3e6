// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "python/read_python.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxFrameSize = 1U << 20;  // bytes of stack of one native frame that are searched

using FrameSet = std::unordered_set<Address>;

FrameSet frame_objects_of(std::span<const PythonThread* const> states) {
    FrameSet objects;
    for (const PythonThread* state : states) {
        for (const Activation& activation : state->activations) {
            if (activation.frame_object) objects.insert(*activation.frame_object);
        }
    }
    return objects;
}

void add_candidate(const FrameSet& objects, std::uint64_t word, NativeFrame& frame) {
    if (!objects.contains(Address{word})) return;
    for (const Address known : frame.frame_candidates) {
        if (known.value == word) return;
    }
    frame.frame_candidates.push_back(Address{word});
}

void search_stack(const MemoryImage& memory, const FrameSet& objects, NativeFrame& frame) {
    if (!frame.cfa || *frame.cfa <= frame.sp) return;
    const std::uint64_t size = std::min(*frame.cfa - frame.sp, kMaxFrameSize) & ~std::uint64_t{7};
    const auto bytes = memory.view(frame.sp, size);
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + i, sizeof(word));
        add_candidate(objects, word, frame);
    }
}

}  // namespace

void find_frame_candidates(const ProcessSnapshot& process, std::span<const PythonThread* const> states,
                           std::vector<NativeFrame>& frames) {
    const FrameSet objects = frame_objects_of(states);
    if (objects.empty()) return;
    for (NativeFrame& frame : frames) {
        for (const std::uint64_t word : frame.callee_saved) add_candidate(objects, word, frame);
        search_stack(*process.memory, objects, frame);
    }
}

}  // namespace pycore
