// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/crash_site.h"

#include <utility>

#include "analysis/merge_stacks.h"
#include "analysis/plumbing.h"
#include "support/catch.h"
#include "support/stack_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

std::string name_at(const MergedStack& stack, std::size_t index) {
    const MergedFrame& frame = stack.frames[index];
    return frame.python ? *frame.python->function : *frame.native->function.name;
}

MergedStack merged(const std::vector<std::string>& natives, std::vector<Activation> activations) {
    return merge_stacks(native_stack(natives), {python_thread(std::move(activations))});
}

}  // namespace

TEST_CASE("the machinery of abort is not the crash site", "[analysis]") {
    const auto stack =
        merged({"__pthread_kill_implementation", "raise", "abort", "check_matrix", "_PyEval_EvalFrameDefault"},
               {activation(stack_address(4), {"solve"})});

    CHECK(name_at(stack, *find_crash_site(stack)) == "check_matrix");
    CHECK(find_dying_machinery(stack).abort);
}

TEST_CASE("a handler that ran on the crash is not the crash site", "[analysis]") {
    auto native =
        native_stack({"raise", "faulthandler_fatal_error", "__restore_rt", "boom", "_PyEval_EvalFrameDefault"});
    native.frames[2].is_signal_trampoline = true;
    const auto stack = merge_stacks(native, {python_thread({activation(stack_address(4), {"f"})})});

    CHECK(name_at(stack, *find_crash_site(stack)) == "boom");
}

TEST_CASE("where the evaluation loop itself crashed, the Python frame is the site and the loop is shown",
          "[analysis]") {
    auto stack = merged({"_PyEval_EvalFrameDefault", "main"}, {activation(stack_address(0), {"f"})});
    mark_plumbing(stack, "/lib/libpython3.so");
    mark_crash_site(stack);

    CHECK(stack.frames[2].crash_site);
    CHECK(stack.frames[2].python);
    CHECK_FALSE(stack.frames[1].plumbing);
    CHECK(stack.frames[0].plumbing);
}

TEST_CASE("interpreter plumbing is never folded at the crash site", "[analysis]") {
    auto stack =
        merged({"PyObject_Vectorcall", "_PyEval_EvalFrameDefault", "main"}, {activation(stack_address(1), {"f"})});
    mark_plumbing(stack, "/lib/libpython3.so");
    CHECK(stack.frames[3].plumbing);
    mark_crash_site(stack);

    CHECK_FALSE(stack.frames[3].plumbing);
    CHECK(stack.frames[3].crash_site);
    CHECK(stack.frames[1].plumbing);
}

TEST_CASE("a handler's signal came from outside unless somebody below it raised one", "[analysis]") {
    const auto interrupted = [](const std::vector<std::string>& names) {
        auto native = native_stack(names);
        for (NativeFrame& frame : native.frames) frame.is_signal_trampoline = *frame.function.name == "__restore_rt";
        return was_interrupted(merge_stacks(native, {}));
    };
    CHECK(interrupted({"raise", "faulthandler_fatal_error", "__restore_rt", "read", "os_read"}));
    CHECK_FALSE(interrupted({"raise", "faulthandler_fatal_error", "__restore_rt", "raise", "abort", "check"}));
    CHECK_FALSE(interrupted({"raise", "abort", "check"}));
}
