// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/merge_stacks.h"

#include "support/catch.h"
#include "support/stack_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

const std::string kLoop = "_PyEval_EvalFrameDefault";

Activation heap_activation(Address frame_object, const std::string& name) {
    Activation made = activation(std::nullopt, {name});
    made.frame_object = frame_object;
    return made;
}

}  // namespace

TEST_CASE("Python frames follow the native frame that holds their anchor", "[analysis]") {
    const NativeStack native = native_stack({"compare_c", kLoop, "qsort", kLoop, "main"});
    const auto python =
        python_thread({activation(stack_address(1), {"compare"}), activation(stack_address(3), {"inner", "outer"})});

    const MergedStack stack = merge_stacks(native, {python});

    CHECK(spell(stack) == "main " + kLoop + " py:outer py:inner qsort " + kLoop + " py:compare compare_c");
    CHECK(stack.status == MergeStatus::Anchored);
}

TEST_CASE("an anchor needs no name of the loop: stripped frames are matched by address", "[analysis]") {
    NativeStack native = native_stack({"a", "b", "c"});
    for (NativeFrame& frame : native.frames) frame.function = {};
    const MergedStack stack = merge_stacks(native, {python_thread({activation(stack_address(1), {"f"})})});

    REQUIRE(stack.frames.size() == 4);
    CHECK(stack.frames[2].python);
    CHECK(stack.status == MergeStatus::Anchored);
}

TEST_CASE("where the C stack is cut, older Python frames are kept and marked uncertain", "[analysis]") {
    const NativeStack native = native_stack({"sleep", kLoop});
    const auto python =
        python_thread({activation(stack_address(1), {"inner"}), activation(stack_address(7), {"outer"})});

    const MergedStack stack = merge_stacks(native, {python});

    CHECK(spell(stack) == "py:outer? " + kLoop + " py:inner sleep");
    CHECK(stack.status == MergeStatus::Partial);
}

TEST_CASE("an unplaced activation between two sure ones marks that span alone", "[analysis]") {
    const NativeStack native = native_stack({kLoop, "x", kLoop, "main"});
    const auto python = python_thread(
        {activation(stack_address(0), {"c"}), activation(std::nullopt, {"b"}), activation(stack_address(2), {"a"})});

    const MergedStack stack = merge_stacks(native, {python});

    CHECK(spell(stack) == "main " + kLoop + " py:a py:b? x? " + kLoop + " py:c");
    CHECK(stack.status == MergeStatus::Partial);
}

TEST_CASE("a damaged anchor does not change the order of calls", "[analysis]") {
    const NativeStack native = native_stack({kLoop, kLoop, kLoop, "main"});
    const auto python = python_thread({activation(stack_address(0), {"c"}), activation(stack_address(3), {"b"}),
                                       activation(stack_address(1), {"a2"}), activation(stack_address(2), {"a"})});

    const MergedStack stack = merge_stacks(native, {python});

    CHECK(spell(stack) == "main " + kLoop + " py:a " + kLoop + " py:a2 py:b? " + kLoop + " py:c");
}

TEST_CASE("heap frames are placed by who holds them, although a callee holds them too", "[analysis]") {
    NativeStack native = native_stack({"take_gil", kLoop, "vectorcall", kLoop, "main"});
    native.frames[1].frame_candidates = {{0xb}, {0xa}};  // the caller's frame lies in a saved slot
    native.frames[3].frame_candidates = {{0xa}};
    const auto python = python_thread({heap_activation({0xb}, "b"), heap_activation({0xa}, "a")});

    const MergedStack stack = merge_stacks(native, {python});

    CHECK(spell(stack) == "main " + kLoop + " py:a vectorcall " + kLoop + " py:b take_gil");
    CHECK(stack.status == MergeStatus::Anchored);
}

TEST_CASE("a loop in its prologue has no Python frame yet and shifts nobody", "[analysis]") {
    NativeStack native = native_stack({kLoop, kLoop, "main"});
    native.frames[1].frame_candidates = {{0xa}};
    const auto python = python_thread({heap_activation({0xa}, "a")});

    CHECK(spell(merge_stacks(native, {python})) == "main " + kLoop + " py:a " + kLoop);
}

TEST_CASE("two thread states of one thread are told in the order of the C stack", "[analysis]") {
    const NativeStack native = native_stack({kLoop, "run_string", kLoop, "main"});
    PythonThread sub = python_thread({activation(stack_address(0), {"in_sub"})});
    sub.interpreter_id = 1;
    const PythonThread main = python_thread({activation(stack_address(2), {"in_main"})});

    const MergedStack stack = merge_stacks(native, {main, sub});

    CHECK(spell(stack) == "main " + kLoop + " py:in_main run_string " + kLoop + " py:in_sub");
    CHECK(stack.frames.back().interpreter_id == 1);
}

TEST_CASE("two thread states without anchors are told in the order of the C stack as well", "[analysis]") {
    NativeStack native = native_stack({kLoop, "run_string", kLoop, "main"});
    native.frames[0].frame_candidates = {{0xb}};
    native.frames[2].frame_candidates = {{0xa}};
    const PythonThread sub = python_thread({heap_activation({0xb}, "in_sub")});
    const PythonThread main = python_thread({heap_activation({0xa}, "in_main")});

    const MergedStack stack = merge_stacks(native, {main, sub});

    CHECK(spell(stack) == "main " + kLoop + " py:in_main run_string " + kLoop + " py:in_sub");
    CHECK(stack.status == MergeStatus::Anchored);
}

TEST_CASE("without native frames the Python frames stand alone and are sure", "[analysis]") {
    const MergedStack stack = merge_stacks({}, {python_thread({activation(stack_address(0), {"b", "a"})})});

    CHECK(spell(stack) == "py:a py:b");
    CHECK(stack.status == MergeStatus::PythonOnly);
}

TEST_CASE("a thread that Python does not know is native only", "[analysis]") {
    CHECK(merge_stacks(native_stack({"poll", "worker"}), {}).status == MergeStatus::NativeOnly);
}
