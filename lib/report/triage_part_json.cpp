// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/triage_part_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "report/json_fields.h"
#include "report/json_parts.h"
#include "report/thread_reader.h"
#include "report/tokens_reader.h"
#include "report/triage_json_parts.h"
#include "report/triage_words.h"

namespace pycore {
namespace {

constexpr std::string_view kSchema = "pycore/triage-part/1";
constexpr std::size_t kMaxFrames = 4'000'000;  // of all stacks; one takes about 500 bytes

void write_input(JsonStream& json, const TriageInput& input) {
    json.begin_object(JsonLayout::OneLine);
    json.member("path", input.path);
    json.member("status", to_string(input.status));
    json.member("reason", input.reason);
    json.member("stack", input.stack);
    json.member("version", input.version);
    json.member("executable", input.executable);
    json.member("host", input.host);
    json.member("rank", input.rank);
    json.member("time", input.time);
    json.end_object();
}

void write_stack(JsonStream& json, const StackItem& stack) {
    json.begin_object(JsonLayout::OneLine);
    json.member("L0", stack.L0);
    json.member("L1", stack.L1);
    json.member("L2", stack.key);
    json.member("L3", stack.L3);
    json.member("reason", stack.reason);
    json.member("confidence", stack.confidence);
    json.member("title", stack.title);
    json.member("sample", stack.sample);
    json.key("frames");
    write_tokens(json, stack.tokens);
    json.key("threads");
    write_threads(json, stack.threads, JsonLayout::OneLine);
    json.end_object();
}

bool is_digest(std::string_view text) {
    return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error unsound(std::string_view what, std::size_t number) {
    return {ErrorCode::Corrupt, fmt::format("it is a damaged part of a triage: {} {} is not sound", what, number), {}};
}

std::optional<TriageInput> read_input(JsonFields& fields) {
    TriageInput input;
    input.path = fields.text_or("path", "");
    const auto status = input_status_from(fields.text_or("status", ""));
    input.reason = fields.text_or("reason", "");
    input.stack = fields.text_or("stack", "");
    input.version = fields.text("version");
    input.executable = fields.text("executable");
    input.host = fields.text("host");
    input.rank = fields.number("rank");
    input.time = fields.number("time");
    if (!status || input.path.empty()) return std::nullopt;
    input.status = *status;
    const bool readable = input.status != InputStatus::Unreadable;
    return readable == input.stack.empty() ? std::nullopt : std::optional(std::move(input));
}

std::optional<StackItem> read_stack(JsonFields& fields) {
    StackItem stack;
    stack.L0 = fields.text_or("L0", "");
    stack.L1 = fields.text_or("L1", "");
    stack.key = fields.text_or("L2", "");
    stack.L3 = fields.text_or("L3", "");
    stack.reason = fields.text_or("reason", "");
    stack.confidence = fields.text_or("confidence", "");
    stack.title = fields.text_or("title", "");
    stack.sample = fields.text_or("sample", "");
    stack.tokens = read_tokens(fields, "frames");
    for_each_object(fields.array("threads"), fields.wrong(),
                    [&](JsonFields thread) { stack.threads.push_back(read_thread(thread)); });
    const bool sound = is_digest(stack.L0) && is_digest(stack.L1) && is_digest(stack.key) && is_digest(stack.L3) &&
                       (stack.confidence == "high" || stack.confidence == "medium" || stack.confidence == "low");
    return sound ? std::optional(std::move(stack)) : std::nullopt;
}

// Counted before anything is built of them, because a frame of three bytes takes five hundred in memory.
bool is_too_large(JsonFields& document) {
    std::size_t unused = 0;
    std::size_t frames = 0;
    for_each_object(document.array("stacks"), unused, [&](JsonFields stack) {
        for_each_object(stack.array("threads"), unused, [&](JsonFields thread) {
            ++frames;
            if (const auto list = thread.array("frames")) {
                for ([[maybe_unused]] const auto frame : *list) ++frames;
            }
        });
    });
    return frames > kMaxFrames;
}

Result<TriagePart> read_document(JsonFields& document) {
    TriagePart part;
    std::optional<Error> error;
    for_each_object(document.array("inputs"), document.wrong(), [&](JsonFields fields) {
        auto input = read_input(fields);
        if (!input && !error) error = unsound("input", part.inputs.size());
        part.inputs.push_back(input ? *std::move(input) : TriageInput{});
    });
    std::unordered_set<std::string> keys;
    for_each_object(document.array("stacks"), document.wrong(), [&](JsonFields fields) {
        auto stack = read_stack(fields);
        if (!stack && !error) error = unsound("stack", part.stacks.size());
        part.stacks.push_back(stack ? *std::move(stack) : StackItem{});
        keys.insert(part.stacks.back().key);
    });
    for (const TriageInput& input : part.inputs) {
        if (!error && !input.stack.empty() && !keys.contains(input.stack)) {
            error = Error{ErrorCode::Corrupt, "it is a damaged part of a triage: it lacks the stack of an input", {}};
        }
    }
    if (error) return *std::move(error);
    if (document.wrong() > 0) {
        return Error{ErrorCode::Corrupt,
                     fmt::format("it is a damaged part of a triage: {} are not of their type",
                                 counted(document.wrong(), "value")),
                     {}};
    }
    return part;
}

}  // namespace

std::string write_triage_part(const TriagePart& part, std::string_view tool_version) {
    JsonStream json;
    json.begin_object();
    json.member("schema", kSchema);
    write_tool(json, tool_version);
    json.key("inputs");
    json.begin_array();
    for (const TriageInput& input : part.inputs) write_input(json, input);
    json.end_array();
    json.key("stacks");
    json.begin_array();
    for (const StackItem& stack : part.stacks) write_stack(json, stack);
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

Result<TriagePart> read_triage_part(std::string_view document) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (const auto code = parser.parse(document.data(), document.size()).get(object)) {
        return Error{ErrorCode::Corrupt,
                     fmt::format("it is no sound JSON document ({}); was it cut when it was written?",
                                 simdjson::error_message(code)),
                     {}};
    }
    std::size_t wrong = 0;
    JsonFields fields(object, wrong);
    const std::string schema = fields.text_or("schema", "");
    if (schema != kSchema) {
        const bool newer = schema.starts_with("pycore/triage-part/");
        return Error{ErrorCode::Unsupported,
                     newer ? "its schema is " + schema + ", which is newer than this pycore"
                           : std::string("it is no part of a triage (pycore triage --partial)"),
                     {}};
    }
    if (is_too_large(fields)) return Error{ErrorCode::Limit, "it holds more frames than pycore reads", {}};
    return read_document(fields);
}

bool looks_like_triage_part(std::string_view front) {
    const std::size_t brace = front.find_first_not_of(" \t\r\n");
    return brace != std::string_view::npos && front[brace] == '{' &&
           front.find("\"pycore/triage-part/") != std::string_view::npos;
}

}  // namespace pycore
