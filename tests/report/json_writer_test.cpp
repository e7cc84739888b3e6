// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/json_writer.h"

#include <nlohmann/json.hpp>

#include <utility>

#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;
using nlohmann::json;

namespace {

json stacks(const ProcessState& state, StackSelection selection = {}) {
    return json::parse(write_stacks_json(state, {"0.1.0", std::move(selection)}));
}

}  // namespace

TEST_CASE("frames come most recent call last, inlined calls after the frame that holds them", "[report]") {
    const json frames = stacks(crashed_process())["threads"][0]["frames"];
    REQUIRE(frames.size() == 5);
    CHECK(frames[1]["qualname"] == "Trainer.step");
    CHECK(frames[1]["column"] == 8);
    CHECK(frames[2]["function"] == "matmul");
    CHECK(frames[2]["inlined"] == false);
    CHECK(frames[3]["function"] == "outer");
    CHECK(frames[3]["inlined"] == true);
    CHECK(frames[4]["function"] == "inner");
    CHECK(frames[4]["line"] == 12);
    CHECK(frames[4]["column"].is_null());
    CHECK(frames[4]["pc"] == frames[2]["pc"]);
}

TEST_CASE("variables are told only if asked for", "[report]") {
    ProcessState state = crashed_process();
    state.threads[1].stack.frames[0].python->locals = {
        {"n", LocalVariable::Kind::Argument, "int", "42", Address{0x7f00}},
        {"gone", LocalVariable::Kind::Free, std::nullopt, std::nullopt, std::nullopt}};
    CHECK_FALSE(stacks(state)["threads"][1]["frames"][0].contains("locals"));
    const json frame = stacks(state, {NativeView::Auto, false, {}, true})["threads"][1]["frames"][0];
    REQUIRE(frame["locals"].size() == 2);
    CHECK(frame["locals"][0] ==
          json{{"name", "n"}, {"kind", "argument"}, {"type", "int"}, {"value", "42"}, {"address", "0x7f00"}});
    CHECK(frame["locals"][1]["kind"] == "free");
    CHECK(frame["locals"][1]["value"].is_null());
}

TEST_CASE("exactly one frame of a crashed thread is the crash site", "[report]") {
    for (const NativeView view : {NativeView::Auto, NativeView::All}) {
        int sites = 0;
        const json document = stacks(crashed_process(), {view, false, {}});
        for (const json& frame : document["threads"][0]["frames"]) {
            sites += frame.value("crash_site", false) ? 1 : 0;
        }
        CHECK(sites == 1);
    }
}

TEST_CASE("addresses are strings and what is unknown is null", "[report]") {
    const json document = stacks(bare_process());
    CHECK(document["runtime"].is_null());
    CHECK(document["process"]["signal"].is_null());
    CHECK(document["process"]["command_line"].is_null());
    CHECK(document["threads"][1]["tid"].is_null());
    CHECK(document["threads"][0]["status"] == "not_python");
    const json frame = document["threads"][0]["frames"][0];
    CHECK(frame["pc"] == "0x401000");
    CHECK(frame["function"].is_null());
    CHECK(frame["module_offset"].is_null());
}

TEST_CASE("only frames of a span that could not be anchored are marked uncertain", "[report]") {
    ProcessState state = crashed_process();
    state.threads[1].stack.frames[0].uncertain = true;
    const json threads = stacks(state)["threads"];
    CHECK(threads[1]["frames"][0]["uncertain"] == true);
    CHECK_FALSE(threads[0]["frames"][0].contains("uncertain"));
}

TEST_CASE("the GIL is told per interpreter, with its holder and those who wait", "[report]") {
    const json document = json::parse(write_gil_json(crashed_process(), {"0.1.0", {}}));
    const json gil = document["interpreters"][0]["gil"];
    CHECK(gil["state"] == "held");
    CHECK(gil["holder_tid"] == 1234);
    CHECK(gil["waiting_tids"] == json::array({1240}));
    CHECK(gil["enabled"] == true);
}

TEST_CASE("whether a free-threaded build runs with its GIL is null where it cannot be read", "[report]") {
    ProcessState state = python_process();
    state.runtime->free_threaded = true;
    CHECK(stacks(state)["interpreters"][0]["gil"]["enabled"].is_null());
    state.interpreters[0].gil.enabled = false;
    CHECK(stacks(state)["interpreters"][0]["gil"]["enabled"] == false);
}

TEST_CASE("names that are no text do not break the document", "[report]") {
    ProcessState state = crashed_process();
    state.threads[0].python[0].name = "\xff\"\n\xed\xb2\x80";
    state.process.command_line = {"python", "\x1b[31m"};
    const json document = stacks(state);
    CHECK(document["threads"][0]["name"] == "\\xff\"\n\\udc80");
    CHECK(document["process"]["command_line"][1] == "\x1b[31m");
}

TEST_CASE("threads tell their innermost functions instead of frames", "[report]") {
    const json thread = json::parse(write_threads_json(crashed_process(), {"0.1.0", {}}))["threads"][1];
    CHECK_FALSE(thread.contains("frames"));
    CHECK(thread["innermost_python"]["function"] == "work");
    CHECK(thread["innermost_native"]["function"] == "take_gil");
    CHECK(thread["wait"]["owner_tid"] == 1234);
}

TEST_CASE("a partial answer says so and names what is missing", "[report]") {
    const json document = stacks(crashed_process());
    CHECK(document["completeness"] == "partial");
    const json diagnostic = document["diagnostics"][0];
    CHECK(diagnostic["severity"] == "warning");
    CHECK(diagnostic["address"] == "0x7f0000009000");
    CHECK(diagnostic["thread"] == 1240);
}

TEST_CASE("the option --thread leaves the other threads out", "[report]") {
    const json threads = stacks(crashed_process(), {NativeView::Auto, false, {1250}})["threads"];
    REQUIRE(threads.size() == 1);
    CHECK(threads[0]["tid"] == 1250);
}

TEST_CASE("a document of many threads leaves in pieces, and nothing of it is lost or told twice", "[report]") {
    ProcessState state = crashed_process();
    const ThreadState thread = state.threads.front();
    for (int i = 0; i < 5000; ++i) state.threads.push_back(thread);
    std::string pieces;
    std::size_t count = 0;
    const auto sink = [&](std::string_view piece) {
        pieces += piece;
        ++count;
    };
    const std::string rest = write_stacks_json(state, {"0.1.0", {}, sink});
    CHECK(count > 1);
    CHECK(rest.size() < pieces.size());
    CHECK(pieces + rest == write_stacks_json(state, {"0.1.0", {}}));
}
