// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <algorithm>

#include "python/read_python.h"
#include "support/catch.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

using namespace pycore;
using test::RuntimeBuilder;

namespace {

struct Reading {
    PythonState state;
    std::vector<Diagnostic> diagnostics;

    const PythonThread& thread(std::int64_t tid) const {
        const auto found = std::find_if(state.threads.begin(), state.threads.end(), [&](const PythonThread& thread) {
            return thread.thread_id == RuntimeBuilder::thread_pointer(tid);
        });
        REQUIRE(found != state.threads.end());
        return *found;
    }
};

Reading read(const ProcessSnapshot& process) {
    Diagnostics diagnostics;
    auto state = read_python(process, {}, diagnostics);
    REQUIRE(state);
    return {*std::move(state), diagnostics.entries()};
}

Reading read(const RuntimeBuilder& python) { return read(python.process()); }

}  // namespace

TEST_CASE("lost names of threads are told where sys.modules is damaged", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}}});
        CHECK(read(python).diagnostics.empty());
        const auto field = python.layout().interpreter_state.imports_modules;
        python.set(interpreter, field, python.dict({}).value);
        CHECK(read(python).diagnostics.size() == 1);
        python.set(interpreter, field, std::uint64_t{0});
        CHECK(read(python).diagnostics.size() == 1);
    }
}

TEST_CASE("threads carry the names that threading gave them, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        for (const int tid : {10, 11, 12}) python.add_thread(interpreter, tid, {});
        python.name_threads(interpreter, {{10, "MainThread"}, {11, "loader"}, {99, "gone"}});
        const auto reading = read(python);
        CHECK(reading.thread(10).name == "MainThread");
        CHECK(reading.thread(10).main);
        CHECK(reading.thread(11).name == "loader");
        CHECK_FALSE(reading.thread(11).main);
        CHECK(reading.thread(12).name == std::nullopt);
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("the GIL is held only while it is locked, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const auto holder = python.add_thread(interpreter, 10, {});
        python.add_thread(interpreter, 11, {});
        // A free-threaded build runs without one until something switches it on.
        CHECK(read(python).state.interpreters[0].gil.status ==
              (build.free_threaded ? GilStatus::Disabled : GilStatus::Free));
        python.set_gil(interpreter, holder.state);
        const auto reading = read(python);
        const GilState& gil = reading.state.interpreters[0].gil;
        CHECK(gil.status == GilStatus::Held);
        CHECK(gil.last_holder == holder.state);
        REQUIRE(gil.range);
        CHECK(gil.range->size_bytes() == (build.free_threaded ? 216 : 208));
        CHECK(reading.thread(10).status == AttachStatus::Attached);
        CHECK(reading.thread(11).status == AttachStatus::Detached);
        const bool has_flag = python.traits().holds_gil_flag != layout::HoldsGilFlag::None;
        CHECK(reading.thread(10).holds_gil_flag == (has_flag ? std::optional(true) : std::nullopt));
        CHECK(reading.thread(11).holds_gil_flag == (has_flag ? std::optional(false) : std::nullopt));
    }
}

TEST_CASE("sub-interpreters are told with their threads, the main one first", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address main = python.add_interpreter(0);
        const Address other = python.add_interpreter(5);
        python.add_thread(main, 10, {});
        python.add_thread(other, 11, {});
        const auto reading = read(python);
        REQUIRE(reading.state.interpreters.size() == 2);
        CHECK(reading.state.interpreters[0].main);
        CHECK(reading.state.interpreters[0].id == 0);
        CHECK_FALSE(reading.state.interpreters[1].main);
        CHECK(reading.thread(10).interpreter_id == 0);
        CHECK(reading.thread(11).interpreter_id == 5);
    }
}

TEST_CASE("a thread that is just being started makes no answer partial", "[python]") {
    for (const int minor : {12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 10, {});
        const auto made = python.add_thread(interpreter, 11, {});
        python.set(made.state, python.layout().thread_state.thread_id, std::uint64_t{0});
        python.set(made.state, python.layout().thread_state.native_thread_id, std::uint64_t{0});
        const auto reading = read(python);
        CHECK(reading.state.threads.size() == 1);
        REQUIRE(reading.diagnostics.size() == 1);
        CHECK(reading.diagnostics[0].severity == Severity::Note);
        CHECK(reading.diagnostics[0].address == made.state);
    }
}

TEST_CASE("threads behind a torn list are found by their thread pointers", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address code = python.add_code({.name = "a"});
        const auto oldest = python.add_thread(interpreter, 10, {{{code}}});
        const auto torn = python.add_thread(interpreter, 11, {{{code}}});
        python.add_thread(interpreter, 12, {{{code}}});
        python.name_threads(interpreter, {{10, "MainThread"}});
        python.set(torn.state, python.layout().thread_state.next, std::uint64_t{0xdddddddddddddddd});
        const auto reading = read(python);
        CHECK(reading.state.threads.size() == 3);
        CHECK(reading.thread(10).address == oldest.state);
        CHECK(reading.thread(10).activations.size() == 1);
        CHECK(reading.thread(10).name == "MainThread");
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("a list of threads that runs in a circle ends", "[python]") {
    RuntimeBuilder python(layout::PythonVersion{3, 13, -1});
    const Address interpreter = python.add_interpreter(0);
    const auto oldest = python.add_thread(interpreter, 10, {});
    const auto newest = python.add_thread(interpreter, 11, {});
    python.set(oldest.state, python.layout().thread_state.next, newest.state.value);
    const auto reading = read(python);
    CHECK(reading.state.threads.size() == 2);
    REQUIRE(reading.diagnostics.size() == 1);
    CHECK(reading.diagnostics[0].message.find("circle") != std::string::npos);
}

TEST_CASE("names that cannot be read cost only themselves", "[python]") {
    RuntimeBuilder python(layout::PythonVersion{3, 12, -1});
    const Address interpreter = python.add_interpreter(0);
    python.add_thread(interpreter, 10, {{{python.add_code({.name = "a"})}}});
    python.set(interpreter, python.layout().interpreter_state.imports_modules, std::uint64_t{0x1000});
    const auto reading = read(python);
    CHECK(reading.thread(10).activations.size() == 1);
    CHECK(reading.thread(10).name == std::nullopt);
    REQUIRE(reading.diagnostics.size() == 1);
    CHECK(reading.diagnostics[0].address == Address{0x1008});
}

TEST_CASE("an interpreter that is being torn down is told as finalizing, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const auto thread = python.add_thread(interpreter, 10, {});
        CHECK(read(python).state.interpreters[0].finalizing == false);
        python.set(python.runtime(), python.layout().runtime_state.finalizing, thread.state.value);
        python.set(interpreter, python.layout().interpreter_state.finalizing_thread, thread.state.value);
        const auto reading = read(python);
        CHECK(reading.state.interpreters[0].finalizing == true);
        CHECK(reading.state.runtime.finalizing == true);
    }
}

TEST_CASE("a garbage collection that runs is told, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 10, {});
        CHECK(read(python).state.interpreters[0].gc_collecting == false);
        const auto in_runtime = python.layout().runtime_state.gc;
        const Address gc =
            in_runtime ? python.runtime() + *in_runtime : interpreter + *python.layout().interpreter_state.gc;
        python.set(gc, python.layout().gc.collecting, std::int32_t{1});
        CHECK(read(python).state.interpreters[0].gc_collecting == true);
    }
}

TEST_CASE("the state of a thread that the core does not list is given to no other", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const auto lost = python.add_thread(interpreter, 11, {});
        python.add_thread(interpreter, 7, {});
        python.set(lost.state, python.layout().thread_state.thread_id, std::uint64_t{0x1234});
        python.set(lost.state, python.layout().thread_state.native_thread_id, std::uint64_t{7});
        const auto reading = read(python);
        CHECK(std::count_if(reading.state.threads.begin(), reading.state.threads.end(),
                            [&](const PythonThread& thread) { return thread.thread_id == python.thread_pointer(7); }) ==
              1);
    }
}

TEST_CASE("a thread whose thread_id is damaged keeps its name", "[python]") {
    for (const int minor : {11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 10, {});
        const auto damaged = python.add_thread(interpreter, 11, {});
        python.name_threads(interpreter, {{11, "loader"}});
        python.set(damaged.state, python.layout().thread_state.thread_id, std::uint64_t{0x1234});
        python.set(damaged.state, python.layout().thread_state.native_thread_id, std::uint64_t{11});
        const auto reading = read(python);
        CHECK(reading.thread(11).name == "loader");
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("a list of threads that a zeroed link ends too early still has its main thread", "[python]") {
    for (const int minor : {9, 10, 11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 10, {});
        const auto newest = python.add_thread(interpreter, 11, {});
        python.set(newest.state, python.layout().thread_state.next, std::uint64_t{0});
        const auto reading = read(python);
        CHECK(reading.state.threads.size() == 2);
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("where the list of interpreters is torn, the main one is told", "[python]") {
    for (const int minor : {9, 10, 11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 10, {{{python.add_code({})}}});
        python.set(python.runtime(), python.layout().runtime_state.interpreters_head, std::uint64_t{0x12345678});
        const auto reading = read(python);
        REQUIRE(reading.state.threads.size() == 1);
        CHECK(reading.thread(10).activations.size() == 1);
        CHECK_FALSE(reading.diagnostics.empty());
    }
}
