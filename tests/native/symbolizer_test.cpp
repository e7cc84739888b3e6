// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/symbolizer.h"

#include <algorithm>

#include "native/unwinder.h"
#include "support/catch.h"
#include "support/victim_core.h"

using namespace pycore;
using pycore::test::line_of;
using pycore::test::VictimCore;

namespace {

NativeStack symbolized(const ProcessSnapshot& process, bool lines) {
    NativeStack stack = Unwinder(process).unwind(*process.find_thread(process.pid.value()));
    Diagnostics diagnostics;
    Symbolizer(process, {lines, {}}, diagnostics).symbolize(stack);
    return stack;
}

const NativeFrame& frame_named(const NativeStack& stack, std::string_view name) {
    const auto found = std::find_if(stack.frames.begin(), stack.frames.end(),
                                    [&](const NativeFrame& frame) { return frame.function.name == name; });
    REQUIRE(found != stack.frames.end());
    return *found;
}

}  // namespace

TEST_CASE("inlined calls are told with the line of each call and of the place itself", "[native]") {
    const auto core = VictimCore::dump("inlined");
    if (!core) return;
    const NativeStack stack = symbolized(core->process(), true);
    const NativeFrame& frame = frame_named(stack, "outer");
    REQUIRE(frame.function.location);
    CHECK(frame.function.location->file == PYCORE_VICTIM_SOURCE);
    CHECK(frame.function.location->line == line_of("outer"));
    CHECK(frame.function.location->column == 5);
    REQUIRE(frame.inlined.size() == 2);
    CHECK(frame.inlined[0].name == "inlined_middle");
    REQUIRE(frame.inlined[0].location);
    CHECK(frame.inlined[0].location->line == line_of("middle"));
    CHECK(frame.inlined[1].name == "inlined_inner");
    REQUIRE(frame.inlined[1].location);
    CHECK(frame.inlined[1].location->line == line_of("inner"));
    CHECK(frame.inlined[1].location->file == PYCORE_VICTIM_SOURCE);
}

TEST_CASE("the line of a call that never returns is the call's", "[native]") {
    const auto core = VictimCore::dump("noreturn");
    if (!core) return;
    const NativeStack stack = symbolized(core->process(), true);
    const NativeFrame& frame = frame_named(stack, "ends_in_a_call");
    REQUIRE(frame.function.location);
    CHECK(frame.function.location->line == line_of("ends_in_a_call"));
}

TEST_CASE("the line of interrupted code is that of the instruction itself", "[native]") {
    const auto core = VictimCore::dump("signal");
    if (!core) return;
    const NativeStack stack = symbolized(core->process(), true);
    const NativeFrame& frame = frame_named(stack, "interrupted");
    REQUIRE(frame.function.location);
    CHECK(frame.function.location->line == line_of("interrupted"));
}

TEST_CASE("a frame's module offset is that of its pc, not of the call before it", "[native]") {
    const auto core = VictimCore::dump("noreturn");
    if (!core) return;
    const NativeStack stack = symbolized(core->process(), false);
    const NativeFrame& frame = frame_named(stack, "ends_in_a_call");
    const Module* module = core->process().find_module(frame.pc);
    REQUIRE(module != nullptr);
    CHECK(frame.module == module->path);
    CHECK(frame.build_id == module->build_id);
    CHECK(frame.module_offset == frame.pc.value - module->load_bias);
}

TEST_CASE("names without lines when lines are not asked for", "[native]") {
    const auto core = VictimCore::dump("inlined");
    if (!core) return;
    const NativeStack stack = symbolized(core->process(), false);
    const NativeFrame& frame = frame_named(stack, "outer");
    CHECK(frame.function.raw_name == "outer");
    CHECK_FALSE(frame.function.location);
    CHECK(frame.inlined.empty());
}
