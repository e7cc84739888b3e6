// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <chrono>

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
    const PythonThread& thread() const { return state.threads.at(0); }
};

Reading read(const ProcessSnapshot& process) {
    Diagnostics diagnostics;
    auto state = read_python(process, {}, diagnostics);
    REQUIRE(state);
    return {*std::move(state), diagnostics.entries()};
}

Reading read(const RuntimeBuilder& python) { return read(python.process()); }

// "inner:13 outer:11": youngest first, activations apart by '|'.
std::string spell(const PythonThread& thread) {
    std::string text;
    for (const Activation& activation : thread.activations) {
        if (&activation != &thread.activations.front()) text += "| ";
        for (const PythonFrame& frame : activation.frames) {
            text += frame.function.value_or("?") + ":" + (frame.line ? std::to_string(*frame.line) : "?") + " ";
        }
    }
    return text;
}

bool has_one_frame_an_activation(const RuntimeBuilder& python) {
    return python.layout().frame_object.f_code.has_value();
}

}  // namespace

TEST_CASE("frames are told with name, file and position, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address code = python.add_code({.name = "work", .file = "/job/work.py", .first_line = 10});
        python.add_thread(interpreter, 4242, {{{code, 3}}});
        const auto reading = read(python);
        REQUIRE(spell(reading.thread()) == "work:13 ");
        const PythonFrame& frame = reading.thread().activations[0].frames[0];
        CHECK(frame.file == "/job/work.py");
        CHECK(frame.entry);
        const bool has_columns = python.traits().line_table == layout::LineTableFormat::LocationTable;
        CHECK(frame.qualname == (has_columns ? std::optional<std::string>("Q.work") : std::nullopt));
        CHECK(frame.column == (has_columns ? std::optional<std::int64_t>(4) : std::nullopt));
        CHECK(frame.end_line == (has_columns ? std::optional<std::int64_t>(13) : std::nullopt));
        CHECK(reading.thread().frames_complete);
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("frames are grouped by activation and anchored on the C stack, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const Address b = python.add_code({.name = "b"});
        const Address c = python.add_code({.name = "c"});
        const bool single = has_one_frame_an_activation(python);
        const auto built = single ? python.add_thread(interpreter, 7, {{{a, 1}}, {{b, 2}}, {{c, 3}}})
                                  : python.add_thread(interpreter, 7, {{{a, 1}, {b, 2}}, {{c, 3}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == (single ? "c:4 | b:3 | a:2 " : "c:4 | b:3 a:2 "));
        const auto& activations = reading.thread().activations;
        REQUIRE(activations.size() == built.anchors.size());
        for (std::size_t i = 0; i < activations.size(); ++i) {
            const Address anchor = built.anchors[built.anchors.size() - 1 - i];
            CHECK(activations[i].anchor.value_or(Address{}) == anchor);
            CHECK(activations[i].frames.back().entry);
            if (single) CHECK(activations[i].frame_object == built.frames[built.frames.size() - 1 - i]);
        }
    }
}

TEST_CASE("frames that have not begun, and helpers of CPython, are hidden from 3.11 on", "[python]") {
    for (const int minor : {11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const Address b = python.add_code({.name = "b"});
        python.add_thread(interpreter, 7, {{{a, 1}}, {{b, 0}}});
        const auto reading = read(python);
        // The activation stays: it stands for a native frame.
        CHECK(spell(reading.thread()) == "| a:2 ");
        CHECK(reading.thread().activations.size() == 2);
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("the frame of a generator is told even before its first instruction", "[python]") {
    constexpr int kOwnedByGenerator = 1;
    for (const int minor : {11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        python.add_thread(interpreter, 7, {{{a, 0, kOwnedByGenerator}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:1 ");
        CHECK(reading.thread().activations[0].frames[0].owner == FrameOwner::Generator);
    }
}

TEST_CASE("a thread without frames is told as one", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        python.add_thread(python.add_interpreter(0), 7, {});
        const auto reading = read(python);
        CHECK(reading.thread().activations.empty());
        CHECK(reading.thread().frames_complete);
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("a frame chain that loops is cut and reported once", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const bool single = has_one_frame_an_activation(python);
        const auto built = single ? python.add_thread(interpreter, 7, {{{a}}, {{a}}, {{a}}})
                                  : python.add_thread(interpreter, 7, {{{a}, {a}, {a}}});
        const auto link = single ? python.layout().frame_object.f_back : python.layout().interpreter_frame.previous;
        python.set(built.frames[1], link, built.frames[2].value);
        const auto reading = read(python);
        CHECK_FALSE(reading.thread().frames_complete);
        REQUIRE(reading.diagnostics.size() == 1);
        CHECK(reading.diagnostics[0].thread == 7);
        CHECK(reading.diagnostics[0].message.find("circle") != std::string::npos);
    }
}

TEST_CASE("a code object that is not in the core costs only its own name", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const Address lost = python.add_code({.name = "lost"});
        const bool single = has_one_frame_an_activation(python);
        single ? python.add_thread(interpreter, 7, {{{a}}, {{lost}}, {{a}}})
               : python.add_thread(interpreter, 7, {{{a}, {lost}, {a}}});
        auto process = python.process();
        auto memory = python.memory();
        memory->erase({lost, lost + 64});
        process.memory = memory;
        const auto reading = read(process);
        CHECK(spell(reading.thread()) == (single ? "a:2 | ?:? | a:2 " : "a:2 ?:? a:2 "));
        CHECK(reading.thread().frames_complete);
        REQUIRE(reading.diagnostics.size() == 1);
        CHECK(reading.diagnostics[0].thread == 7);
        CHECK(reading.diagnostics[0].address == lost);
    }
}

TEST_CASE("an object that is no code is not told as a function", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.allocate(1024);
        python.set(a, python.layout().pyobject.ob_type, python.type("str").value);
        python.add_thread(interpreter, 7, {{{python.add_code({.name = "b"})}}, {{a}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()).find("?:? ") != std::string::npos);
        CHECK(spell(reading.thread()).find("b:2 ") != std::string::npos);
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("code whose type is damaged is told by its names", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        python.set(a, python.layout().pyobject.ob_type, std::uint64_t{0x1234});
        python.add_thread(interpreter, 7, {{{a}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:2 ");
        CHECK(reading.diagnostics.size() == 1);
    }
}

// Memory that a damaged pointer may lead to: words that point to strs, and to themselves.
TEST_CASE("where a damaged chain leads to no frame, none is invented", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address nowhere = python.allocate(512);
        const Address text = python.text("no frame");
        for (std::uint32_t at = 0; at < 512; at += 16) {
            python.put(nowhere + at, text.value);
            python.put(nowhere + at + 8, nowhere.value + 64);
        }
        const auto thread = python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}}});
        const auto& layout = python.layout();
        const bool objects = has_one_frame_an_activation(python);
        const auto back = objects ? layout.frame_object.f_back : layout.interpreter_frame.previous;
        python.set(thread.frames[0], back, nowhere.value);
        const auto reading = read(python);
        CHECK(spell(reading.thread()).find("?:?") == std::string::npos);
        CHECK_FALSE(reading.thread().frames_complete);
        CHECK_FALSE(reading.diagnostics.empty());
    }
}

TEST_CASE("frames that end before the interpreter was entered are told as cut", "[python]") {
    for (const int minor : {11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const auto thread =
            python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}, {python.add_code({.name = "b"})}}});
        python.set(thread.frames[1], python.layout().interpreter_frame.previous, std::uint64_t{0});
        const auto reading = read(python);
        CHECK(spell(reading.thread()).find("b:2") != std::string::npos);
        CHECK_FALSE(reading.thread().frames_complete);
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("an entry frame that runs a trampoline is none of the program's", "[python]") {
    RuntimeBuilder python(layout::PythonVersion{3, 12, -1});
    const Address interpreter = python.add_interpreter(0);
    const Address trampoline = python.add_code({.name = "<interpreter trampoline>", .file = "<shim>"});
    const auto thread = python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}}});
    python.set(thread.anchors[0], python.layout().interpreter_frame.executable, trampoline.value);
    const auto reading = read(python);
    CHECK(spell(reading.thread()) == "a:2 ");
    CHECK(reading.diagnostics.empty());
}

TEST_CASE("a damaged owner hides no frame", "[python]") {
    for (const int minor : {12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const auto thread =
            python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}, {python.add_code({.name = "b"})}}});
        python.set(thread.frames[1], python.layout().interpreter_frame.owner, std::int8_t{4});
        CHECK(spell(read(python).thread()).find("b:2") != std::string::npos);
    }
}

TEST_CASE("an entry frame whose owner is damaged is not told as a frame without a name", "[python]") {
    for (const int minor : {12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address none = python.none();
        const Address trampoline = python.add_code({.name = "<interpreter trampoline>", .file = "<shim>"});
        const auto thread =
            python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}, {python.add_code({.name = "b"})}}});
        for (const Address shim : thread.anchors) {
            python.set(shim, python.layout().interpreter_frame.executable, (minor == 12 ? trampoline : none).value);
            python.set(shim, python.layout().interpreter_frame.owner, std::int8_t{0x40});
        }
        CHECK(spell(read(python).thread()).find('?') == std::string::npos);
        CHECK(spell(read(python).thread()).find("a:2") != std::string::npos);
    }
}

TEST_CASE("a damaged mark of the first instruction hides no frame", "[python]") {
    for (const int minor : {11, 12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        python.set(a, python.layout().code_object.firsttraceable, std::int32_t{1'000'000});
        python.add_thread(interpreter, 7, {{{a}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:2 ");
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("the helper frame of an inlined class call is left out and not called damaged", "[python]") {
    for (const int minor : {12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address helper = python.add_code({.name = "__init__", .units = 3});
        python.set(helper, python.layout().code_object.firsttraceable, std::int32_t{4});
        python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"})}, {helper, 2}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:2 ");
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("the helper frame of an inlined class call is left out where the interpreter's file is not here",
          "[python]") {
    for (const int minor : {12, 13, 14, 15}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const Address helper = python.add_code({.name = "__init__", .units = 3});
        python.add_thread(interpreter, 7, {{{a}, {helper, 0}, {a}}});
        auto process = python.process();
        auto memory = python.memory();
        memory->erase({helper, helper + 64});
        process.memory = memory;
        const auto reading = read(process);
        CHECK(spell(reading.thread()) == "a:2 a:2 ");
        CHECK(reading.diagnostics.empty());
    }
}

TEST_CASE("the line table of another code object tells no wrong line and is told", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        if (python.traits().line_table == layout::LineTableFormat::Lnotab) continue;  // tells no length
        const Address interpreter = python.add_interpreter(0);
        const Address code = python.add_code({.name = "a", .units = 8});
        const Address other = python.add_code({.name = "b", .units = 20});
        const auto field = python.layout().code_object.linetable;
        python.set(code, field, python.get<std::uint64_t>(other + *field));
        python.add_thread(interpreter, 7, {{{code, 3}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:? ");
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("an instruction outside of its code has no line and is told", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        python.add_thread(interpreter, 7, {{{python.add_code({.name = "a"}), 5000}}});
        const auto reading = read(python);
        CHECK(spell(reading.thread()) == "a:? ");
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("behind a frame that is not in the core, older activations are told where a cframe leads there", "[python]") {
    for (const int minor : {11, 12}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        const Address b = python.add_code({.name = "b"});
        const auto built = python.add_thread(interpreter, 7, {{{a}}, {{b}, {b}}});
        auto process = python.process();
        auto memory = python.memory();
        memory->erase({built.frames[1], built.frames[1] + 8});
        process.memory = memory;
        const auto reading = read(process);
        CHECK(spell(reading.thread()) == "b:2 | a:2 ");
        CHECK(reading.thread().activations[1].anchor == built.anchors[0]);
        CHECK_FALSE(reading.thread().frames_complete);
        CHECK(reading.diagnostics.size() == 1);
    }
}

TEST_CASE("a thread state that is just being made has no frames, and nothing is lost", "[python]") {
    for (const int minor : {11, 12}) {
        CAPTURE(minor);
        RuntimeBuilder python(layout::PythonVersion{3, minor, -1});
        const auto built = python.add_thread(python.add_interpreter(0), 7, {});
        python.set(built.state, python.layout().thread_state.cframe, std::uint64_t{0});
        const auto reading = read(python);
        CHECK(reading.thread().activations.empty());
        CHECK(reading.thread().frames_complete);
        CHECK(reading.diagnostics.size() == 0);
    }
}

TEST_CASE("ten thousand frames are read in well under a tenth of a second", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python(build);
        const Address interpreter = python.add_interpreter(0);
        const Address a = python.add_code({.name = "a"});
        std::vector<test::TestActivation> activations(10'000, {{a}});
        if (!has_one_frame_an_activation(python)) activations = {test::TestActivation(10'000, {a})};
        python.add_thread(interpreter, 7, activations);
        const auto process = python.process();
        const auto begin = std::chrono::steady_clock::now();
        const auto reading = read(process);
        const auto elapsed = std::chrono::steady_clock::now() - begin;
        std::size_t frames = 0;
        for (const Activation& activation : reading.thread().activations) frames += activation.frames.size();
        CHECK(frames == 10'000);
        CHECK(elapsed < std::chrono::seconds(1));  // generous: sanitizers and busy machines
    }
}

TEST_CASE("free-threaded builds: the last instruction is looked up in the thread's own copy of the code", "[python]") {
    for (const int minor : {14, 15}) {
        RuntimeBuilder python({{3, minor, -1}, true});
        const Address interpreter = python.add_interpreter(0);
        const Address code = python.add_code({.name = "a", .first_line = 10});
        const Address copy = python.allocate(20);
        const Address table = python.allocate(24);  // {size, entries[]}
        python.put(table, std::int64_t{2});
        python.put(table + 8, code.value + *python.layout().code_object.co_code_adaptive);
        python.put(table + 16, copy.value);
        python.set(code, python.layout().code_object.co_tlbc, table.value);
        const auto built = python.add_thread(interpreter, 7, {{{code, 1}}});
        python.set(built.frames[0], python.layout().interpreter_frame.instr_ptr, copy.value + 2 * 4);
        python.set(built.frames[0], python.layout().interpreter_frame.tlbc_index, std::int32_t{1});
        CHECK(spell(read(python).thread()) == "a:14 ");
    }
}
