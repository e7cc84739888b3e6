// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/stacks_reader.h"

#include <string>

#include "report/json_writer.h"
#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

const JsonOptions kAll{"0.1.0", {NativeView::All, false, {}}};

std::string written(const ProcessState& state) { return write_stacks_json(state, kAll); }

std::string head(const std::string& rest) { return R"({"schema": "pycore/stacks/1")" + rest + "}"; }

}  // namespace

TEST_CASE("saved stacks that are read back are written as the same document", "[report]") {
    StacksReader reader;
    ProcessState ranked = crashed_process();
    ranked.process.job_place = {3, 8, "n1", "1234.0"};
    ranked.source.time = "2026-11-21T15:04:05.123456Z";
    ProcessState handled = crashed_process();
    handled.process.first_signal = SignalState{11, "SIGSEGV", "SEGV_MAPERR", Address{8}, {}};
    handled.process.abort_message = "free(): invalid pointer";
    handled.process.extensions = {"numpy", "yaml"};
    for (MergedFrame& frame : handled.threads[0].stack.frames) {
        if (frame.python) frame.python->module = "pkg.train";
    }
    handled.cause->exception = "std::runtime_error";
    handled.cause->message = "bad shape 17\nin two lines";
    for (const ProcessState& state : {python_process(), crashed_process(), bare_process(), ranked, handled}) {
        const std::string document = written(state);
        const auto read = reader.read(document);
        REQUIRE(read);
        CHECK(written(*read) == document);
    }
}

TEST_CASE("text that is no Unicode survives saving and reading", "[report]") {
    ProcessState state = crashed_process();
    state.threads[0].stack.frames[2].python->function = "a\x1b[31m\xed\xb2\x80\xff";
    const std::string document = written(state);
    const auto read = StacksReader().read(document);
    REQUIRE(read);
    CHECK(written(*read) == document);
}

TEST_CASE("keys in another order, and keys that nobody knows, change nothing", "[report]") {
    const auto read = StacksReader().read(
        R"({"threads": [{"merge": "anchored", "new": [1], "frames": [{"line": 7, "function": "f", "kind": "python"}],
            "status": "attached", "name": "MainThread", "tid": 12}], "later": {}, "schema": "pycore/stacks/1"})");
    REQUIRE(read);
    REQUIRE(read->threads.size() == 1);
    CHECK(read->threads[0].tid == 12);
    CHECK(read->threads[0].python.at(0).name == "MainThread");
    CHECK(read->threads[0].stack.frames.at(0).python->line == 7);
    CHECK(read->diagnostics.empty());
}

TEST_CASE("values of a wrong type are told once and taken for unknown", "[report]") {
    const auto read = StacksReader().read(
        head(R"(, "process": {"pid": "12"}, "threads": [7, {"tid": [], "frames": [{"kind": "native", "pc": "zz"}]}])"));
    REQUIRE(read);
    CHECK(!read->process.pid);
    REQUIRE(read->threads.size() == 1);
    REQUIRE(read->diagnostics.size() == 1);
    CHECK(read->diagnostics[0].message == "4 values of the saved stacks are not of their type and were left out");
}

TEST_CASE("what is no saved stacks is refused with the reason", "[report]") {
    StacksReader reader;
    const auto message = [&](const std::string& text) {
        const auto read = reader.read(text);
        return read ? std::string() : read.error().message;
    };
    CHECK(message("").find("no sound JSON") != std::string::npos);
    CHECK(message(written(crashed_process()).substr(0, 900)).find("no sound JSON") != std::string::npos);
    CHECK(message("[]").find("no document of pycore") != std::string::npos);
    CHECK(message("{}").find("without a pycore schema") != std::string::npos);
    CHECK(message(R"({"schema": "pycore/gil/1"})").find("pycore/gil/1") != std::string::npos);
    CHECK(message(R"({"schema": "pycore/stacks/2"})").find("newer than this pycore") != std::string::npos);
    CHECK(message(std::string(100'000, '[')).find("no sound JSON") != std::string::npos);
}

TEST_CASE("a document with more frames than are wanted is refused before they are built", "[report]") {
    StacksLimits limits;
    limits.frames = 2;
    const auto read = StacksReader(limits).read(head(R"(, "threads": [{"frames": [{}, {}, {}]}])"));
    REQUIRE(!read);
    CHECK(read.error().code == ErrorCode::Limit);
}

TEST_CASE("an inlined call without a frame that holds it is a frame of its own", "[report]") {
    const auto read = StacksReader().read(
        head(R"(, "threads": [{"frames": [{"kind": "native", "function": "f", "inlined": true}]}])"));
    REQUIRE(read);
    CHECK(read->threads.at(0).stack.frames.at(0).native->function.name == "f");
}

TEST_CASE("saved stacks are recognised by their front", "[report]") {
    CHECK(looks_like_stacks_json(written(bare_process()).substr(0, 100)));
    CHECK(
        !looks_like_stacks_json("\x7f"
                                "ELF"));
    CHECK(!looks_like_stacks_json(R"({"schema": "pycore/gil/1"})"));
}
