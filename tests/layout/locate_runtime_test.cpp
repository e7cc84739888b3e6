// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/locate_runtime.h"

#include "layout/debug_offsets.h"

#include "support/catch.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

using namespace pycore;
using namespace pycore::layout;
using test::RuntimeBuilder;

namespace {

// A runtime with two interpreters and three threads.
void populate(RuntimeBuilder& python) {
    const Address main = python.add_interpreter(0);
    const Address other = python.add_interpreter(1);
    const Address code = python.add_code({});
    python.add_thread(main, 100, {{{code}}});
    python.add_thread(main, 101, {{{code}}});
    python.add_thread(other, 102, {{{code}}});
}

Result<Runtime> locate(const ProcessSnapshot& process, Diagnostics& diagnostics) {
    return locate_runtime(process, {}, diagnostics);
}

}  // namespace

TEST_CASE("the runtime of every version is found without any file", "[layout]") {
    for (const test::Build& build : test::all_builds()) {
        RuntimeBuilder python(build);
        CAPTURE(build.name());
        populate(python);
        Diagnostics diagnostics;
        const auto process = python.process();
        const auto runtime = locate(process, diagnostics);
        REQUIRE(runtime);
        CHECK(runtime->address == python.runtime());
        CHECK(runtime->version == python.version());
        CHECK(runtime->located_by == (python.traits().self_describing ? "cookie" : "thread_pointers"));
        CHECK(runtime->layout_source == (python.traits().self_describing ? "debug_offsets" : "table"));
        CHECK(runtime->layout.thread_state == python.layout().thread_state);
        CHECK(runtime->layout.interpreter_frame == python.layout().interpreter_frame);
        CHECK(runtime->layout.code_object == python.layout().code_object);
        CHECK(runtime->layout.gil == python.layout().gil);
        CHECK(diagnostics.entries().empty());
    }
}

TEST_CASE("a process without Python is told as one", "[layout]") {
    ProcessSnapshot process;
    process.memory = std::make_shared<BufferMemory>();
    Diagnostics diagnostics;
    const auto runtime = locate(process, diagnostics);
    REQUIRE_FALSE(runtime);
    CHECK(runtime.error().code == ErrorCode::NotFound);
}

TEST_CASE("a Python newer than known is read by its own table, with a note", "[layout]") {
    RuntimeBuilder python(PythonVersion{3, 15, -1});
    populate(python);
    python.put(python.runtime() + 8, std::uint64_t{0x031000a2});
    Diagnostics diagnostics;
    const auto process = python.process();
    const auto runtime = locate(process, diagnostics);
    REQUIRE(runtime);
    CHECK(to_string(runtime->version) == "3.16.0a2");
    REQUIRE(diagnostics.entries().size() == 1);
    CHECK(diagnostics.entries()[0].severity == Severity::Note);
    CHECK(diagnostics.entries()[0].message.find("CPython 3.16.0a2 is newer") == 0);
}

TEST_CASE("a newer Python whose table makes no sense is told as newer", "[layout]") {
    RuntimeBuilder python(PythonVersion{3, 15, -1});
    populate(python);
    python.put(python.runtime() + 8, std::uint64_t{0x031000a2});
    python.put(python.version_text(), std::uint64_t{0});
    python.put(python.runtime() + 8 * 30, std::uint64_t{1} << 40);
    Diagnostics diagnostics;
    const auto process = python.process();
    const auto runtime = locate(process, diagnostics);
    REQUIRE_FALSE(runtime);
    CHECK(runtime.error().code == ErrorCode::Unsupported);
    CHECK(runtime.error().message.find("CPython 3.16.0a2 is newer than this build reads") == 0);
}

TEST_CASE("damaged debug offsets are put right by the committed ones and told", "[layout]") {
    for (const int minor : {13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(PythonVersion{3, minor, -1});
        populate(python);
        for (std::uint64_t at = 24; at < debug_offsets_size(minor); at += 8) {
            CAPTURE(at);
            const auto sound = python.get<std::uint64_t>(python.runtime() + at);
            python.put(python.runtime() + at, sound ^ 1U << 4);
            Diagnostics diagnostics;
            const auto process = python.process();
            const auto runtime = locate(process, diagnostics);
            REQUIRE(runtime);
            CHECK(runtime->layout.thread_state.current_frame == python.layout().thread_state.current_frame);
            CHECK(runtime->layout.thread_state.next == python.layout().thread_state.next);
            CHECK(runtime->layout.code_object == python.layout().code_object);
            CHECK(runtime->layout.unicode_object.length == python.layout().unicode_object.length);
            python.put(python.runtime() + at, sound);
        }
    }
}

TEST_CASE("a Python whose cookie is damaged is found by its threads", "[layout]") {
    for (const int minor : {13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(PythonVersion{3, minor, -1});
        populate(python);
        python.put(python.runtime(), std::uint64_t{0});
        Diagnostics diagnostics;
        const auto process = python.process();
        const auto runtime = locate(process, diagnostics);
        REQUIRE(runtime);
        CHECK(runtime->address == python.runtime());
        CHECK(runtime->version.minor == minor);
        CHECK(diagnostics.has_losses());
    }
}

TEST_CASE("structures that contradict their layout are told", "[layout]") {
    RuntimeBuilder python(PythonVersion{3, 13, -1});
    populate(python);
    const auto head = python.get<Address>(python.runtime() + *python.layout().runtime_state.interpreters_head);
    python.set(head, python.layout().interpreter_state.runtime, std::uint64_t{0x1234});
    Diagnostics diagnostics;
    const auto process = python.process();
    REQUIRE(locate(process, diagnostics));
    CHECK(diagnostics.has_losses());
}

TEST_CASE("the runtime is found where no thread's registers are left", "[layout]") {
    for (const int minor : {8, 9, 10, 11, 12}) {
        CAPTURE(minor);
        RuntimeBuilder python(PythonVersion{3, minor, -1});
        python.add_thread(python.add_interpreter(0), 100, {{{python.add_code({})}}});
        auto process = python.process();
        process.threads.clear();
        Diagnostics diagnostics;
        const auto runtime = locate(process, diagnostics);
        REQUIRE(runtime);
        CHECK(runtime->address == python.runtime());
    }
}

TEST_CASE("one damaged link between runtime, interpreter and threads hides none of them", "[layout]") {
    for (const int minor : {9, 10, 11, 12}) {
        RuntimeBuilder sound(PythonVersion{3, minor, -1});
        const auto& runtime_fields = sound.layout().runtime_state;
        const auto& fields = sound.layout().interpreter_state;
        for (const int damage : {0, 1, 2}) {
            CAPTURE(minor, damage);
            RuntimeBuilder python(PythonVersion{3, minor, -1});
            const Address interpreter = python.add_interpreter(0);
            python.add_thread(interpreter, 100, {{{python.add_code({})}}});
            const std::uint64_t nowhere = 0x123456789a8;
            if (damage == 0) python.set(python.runtime(), runtime_fields.interpreters_head, nowhere);
            if (damage == 1) python.set(interpreter, fields.threads_head, nowhere);
            if (damage == 2) python.set(python.runtime(), runtime_fields.interpreters_main, nowhere);
            Diagnostics diagnostics;
            const auto process = python.process();
            const auto runtime = locate(process, diagnostics);
            REQUIRE(runtime);
            CHECK(runtime->address == python.runtime());
        }
    }
}
