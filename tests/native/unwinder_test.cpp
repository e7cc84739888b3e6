// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/unwinder.h"

#include <algorithm>

#include "native/symbolizer.h"
#include "support/catch.h"
#include "support/victim_core.h"

using namespace pycore;
using pycore::test::VictimCore;

namespace {

NativeStack named_stack(const ProcessSnapshot& process, std::span<const Address> anchors = {}) {
    const Thread* thread = process.find_thread(process.pid.value());
    REQUIRE(thread != nullptr);
    NativeStack stack = Unwinder(process).unwind(*thread, anchors);
    Diagnostics diagnostics;
    Symbolizer(process, {false, {}}, diagnostics).symbolize(stack);
    return stack;
}

std::ptrdiff_t count_of(const NativeStack& stack, const std::string& name) {
    return std::count_if(stack.frames.begin(), stack.frames.end(),
                         [&](const NativeFrame& frame) { return frame.function.name == name; });
}

std::ptrdiff_t recovered_in(const NativeStack& stack) {
    return std::count_if(stack.frames.begin(), stack.frames.end(),
                         [](const NativeFrame& frame) { return frame.recovered; });
}

// Each frame's CFA is the stack pointer of the frame that called it.
bool frames_touch(const NativeStack& stack) {
    for (std::size_t i = 0; i + 1 < stack.frames.size(); ++i) {
        if (stack.frames[i].cfa != stack.frames[i + 1].sp) return false;
    }
    return true;
}

std::vector<Address> anchors_of(const VictimCore& core) {
    const auto count = read_value<int>(*core.process().memory, core.address_of("anchor_count"));
    REQUIRE(count);
    std::vector<Address> anchors;
    for (int i = 0; i < *count; ++i) {
        const Address slot = core.address_of("anchors") + static_cast<std::uint64_t>(i) * 8;
        const auto anchor = read_address(*core.process().memory, slot);
        REQUIRE(anchor);
        anchors.push_back(*anchor);
    }
    std::sort(anchors.begin(), anchors.end());
    return anchors;
}

}  // namespace

TEST_CASE("a stack is unwound from abort to _start", "[native]") {
    const auto core = VictimCore::dump("inlined");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    CHECK(stack.end == UnwindEnd::Complete);
    CHECK(stack.end_reason.empty());
    CHECK(frames_touch(stack));
    CHECK(stack.frames.front().exact_pc);
    CHECK_FALSE(stack.frames[1].exact_pc);
    for (const char* name : {"outer", "main", "_start"}) {
        INFO(name);
        CHECK(count_of(stack, name) == 1);
    }
}

TEST_CASE("the caller of a function that never returns keeps its name", "[native]") {
    const auto core = VictimCore::dump("noreturn");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    CHECK(count_of(stack, "die") == 1);
    CHECK(count_of(stack, "ends_in_a_call") == 1);
}

TEST_CASE("a signal handler's stack goes on with the code that was interrupted", "[native]") {
    for (const char* way : {"signal", "altstack"}) {
        INFO(way);
        const auto core = VictimCore::dump(way);
        if (!core) return;
        const NativeStack stack = named_stack(core->process());
        CHECK(stack.end == UnwindEnd::Complete);
        const auto handler = std::find_if(stack.frames.begin(), stack.frames.end(),
                                          [](const NativeFrame& f) { return f.function.name == "on_signal"; });
        REQUIRE(stack.frames.end() - handler > 3);
        const NativeFrame& trampoline = handler[1];
        CHECK(trampoline.is_signal_trampoline);
        CHECK(trampoline.exact_pc);
        const NativeFrame& interrupted = handler[2];
        CHECK(interrupted.function.name == "interrupted");
        CHECK(interrupted.exact_pc);
        CHECK_FALSE(interrupted.is_signal_trampoline);
        CHECK(count_of(stack, "main") == 1);
    }
}

TEST_CASE("a stack of 10,000 frames is told in full", "[native]") {
    const auto core = VictimCore::dump("deep");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    CHECK(stack.end == UnwindEnd::Complete);
    CHECK(count_of(stack, "recurse") == 10001);
    CHECK(frames_touch(stack));
}

TEST_CASE("a call through a null pointer is told with its caller", "[native]") {
    const auto core = VictimCore::dump("nowhere");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    REQUIRE(stack.frames.size() > 2);
    CHECK(stack.frames[0].pc == Address{0});
    CHECK_FALSE(stack.frames[0].function.name);
    CHECK_FALSE(stack.frames[0].module);
    CHECK(stack.frames[1].function.name == "call_nowhere");
    CHECK(stack.end == UnwindEnd::Complete);
}

TEST_CASE("every one of 200 threads is unwound to its start", "[native]") {
    const auto core = VictimCore::dump("threads");
    if (!core) return;
    Unwinder unwinder(core->process());
    std::size_t complete = 0;
    for (const Thread& thread : core->process().threads) {
        complete += unwinder.unwind(thread).end == UnwindEnd::Complete;
    }
    CHECK(core->process().threads.size() == 201);
    CHECK(complete == 201);
}

TEST_CASE("code without unwind rules that is in its epilogue is stepped over", "[native]") {
    const auto core = VictimCore::dump("plain_stub");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    CHECK(stack.end == UnwindEnd::Complete);
    CHECK(count_of(stack, "loop") == 5);
    CHECK(frames_touch(stack));
    CHECK(recovered_in(stack) == 0);
}

TEST_CASE("code without unwind rules but with a frame pointer is guessed over, and that is told", "[native]") {
    const auto core = VictimCore::dump("frame_pointer");
    if (!core) return;
    const NativeStack stack = named_stack(core->process());
    CHECK(stack.end == UnwindEnd::Complete);
    CHECK(count_of(stack, "loop") == 5);
    CHECK(recovered_in(stack) == 4);
}

TEST_CASE("code without anything to go by ends a stack, and an anchor takes it up again", "[native]") {
    const auto core = VictimCore::dump("opaque_stub");
    if (!core) return;
    const NativeStack alone = named_stack(core->process());
    CHECK(alone.end == UnwindEnd::NoCfi);
    CHECK_FALSE(alone.end_reason.empty());
    CHECK(count_of(alone, "loop") == 1);
    CHECK(count_of(alone, "main") == 0);

    const auto anchors = anchors_of(*core);
    REQUIRE(anchors.size() == 5);
    const NativeStack anchored = named_stack(core->process(), anchors);
    CHECK(anchored.end == UnwindEnd::Complete);
    CHECK(count_of(anchored, "loop") == 5);
    CHECK(count_of(anchored, "main") == 1);
    CHECK(recovered_in(anchored) == 4);
    for (const Address anchor : anchors) {
        const auto holds = [&](const NativeFrame& f) { return f.cfa && f.sp <= anchor && anchor < *f.cfa; };
        const auto holder = std::find_if(anchored.frames.begin(), anchored.frames.end(), holds);
        REQUIRE(holder != anchored.frames.end());
        CHECK(holder->function.name == "loop");
    }
}

TEST_CASE("an anchor takes up a stack whose innermost code has no unwind rules, with nothing to learn from",
          "[native]") {
    const auto core = VictimCore::dump("dying_stub");
    if (!core) return;
    CHECK(named_stack(core->process()).frames.size() == 1);

    const NativeStack anchored = named_stack(core->process(), anchors_of(*core));
    CHECK(anchored.end == UnwindEnd::Complete);
    CHECK(count_of(anchored, "loop") == 1);
    CHECK(count_of(anchored, "main") == 1);
}
