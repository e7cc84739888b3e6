// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/buffer_memory.h"
#include "python/read_python.h"
#include "support/catch.h"

using namespace pycore;

namespace {

PythonThread thread_with(std::initializer_list<std::uint64_t> frame_objects) {
    PythonThread thread;
    for (const std::uint64_t object : frame_objects) {
        Activation activation;
        activation.frame_object = Address{object};
        thread.activations.push_back(activation);
    }
    return thread;
}

}  // namespace

TEST_CASE("a native frame notes the Python frames in its registers and on its part of the stack", "[python]") {
    auto memory = std::make_shared<BufferMemory>();
    const std::uint64_t words[] = {1, 0xb000, 2, 0xa000, 0xb000, 0xc000};
    memory->write({0x7000}, std::as_bytes(std::span(words)));
    ProcessSnapshot process;
    process.memory = memory;
    const PythonThread thread = thread_with({0xa000, 0xb000, 0xc000, 0xd000});
    const PythonThread* const states[] = {&thread};
    std::vector<NativeFrame> frames(2);
    frames[0].sp = {0x7000};
    frames[0].cfa = Address{0x7028};
    frames[0].callee_saved = {7, 0xd000};
    find_frame_candidates(process, states, frames);
    CHECK(frames[0].frame_candidates == std::vector<Address>{{0xd000}, {0xb000}, {0xa000}});
    CHECK(frames[1].frame_candidates.empty());
}

TEST_CASE("a stack that is not in the core has no candidates", "[python]") {
    ProcessSnapshot process;
    process.memory = std::make_shared<BufferMemory>();
    const PythonThread thread = thread_with({0xa000});
    const PythonThread* const states[] = {&thread};
    std::vector<NativeFrame> frames(1);
    frames[0].sp = {0x7000};
    frames[0].cfa = Address{0xffffffffffff0000};
    find_frame_candidates(process, states, frames);
    CHECK(frames[0].frame_candidates.empty());
}
