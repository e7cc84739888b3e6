// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Small makers of native and Python stacks for tests of the analyses. Native frames are 0x100 bytes
// each, the innermost at 0x1000.

#include <string>
#include <utility>
#include <vector>

#include "state/process_state.h"

namespace pycore::test {

inline constexpr std::uint64_t kFrameBytes = 0x100;

inline Address stack_address(std::size_t native_index, std::uint64_t offset = 0x80) {
    return {0x1000 + native_index * kFrameBytes + offset};
}

inline NativeFrame native_frame(std::string name, std::string module = "/lib/libpython3.so") {
    NativeFrame frame;
    frame.function.name = name;
    frame.function.raw_name = std::move(name);
    frame.module = std::move(module);
    frame.pc = {0x400000};
    return frame;
}

// `names` innermost first, as an unwinder finds them.
inline NativeStack native_stack(const std::vector<std::string>& names) {
    NativeStack stack;
    for (const std::string& name : names) {
        NativeFrame frame = native_frame(name);
        frame.sp = stack_address(stack.frames.size(), 0);
        frame.cfa = stack_address(stack.frames.size() + 1, 0);
        stack.frames.push_back(std::move(frame));
    }
    return stack;
}

inline PythonFrame python_frame(std::string name) {
    PythonFrame frame;
    frame.function = std::move(name);
    return frame;
}

// `names` youngest first.
inline Activation activation(std::optional<Address> anchor, const std::vector<std::string>& names) {
    Activation made;
    made.anchor = anchor;
    for (const std::string& name : names) made.frames.push_back(python_frame(name));
    return made;
}

inline PythonThread python_thread(std::vector<Activation> activations) {
    PythonThread thread;
    thread.address = {0x9000};
    thread.activations = std::move(activations);
    return thread;
}

// "main eval py:outer py:inner qsort": most recent call last, Python frames after "py:",
// uncertain ones before "?".
inline std::string spell(const MergedStack& stack) {
    std::string text;
    for (const MergedFrame& frame : stack.frames) {
        if (!text.empty()) text += ' ';
        text += frame.python ? "py:" + *frame.python->function : *frame.native->function.name;
        if (frame.uncertain) text += '?';
    }
    return text;
}

}  // namespace pycore::test
