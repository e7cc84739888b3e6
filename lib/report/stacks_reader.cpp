// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/stacks_reader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "report/json_fields.h"
#include "report/thread_reader.h"

namespace pycore {
namespace {

using Fields = JsonFields&;

constexpr std::array kGil = {GilStatus::Held, GilStatus::Free, GilStatus::NotCreated, GilStatus::Disabled,
                             GilStatus::Unknown};
SourceInfo read_source(Fields fields) {
    SourceInfo source;
    source.kind = fields.text_or("kind", "core");
    source.path = fields.text_or("path", "");
    source.architecture = fields.text_or("arch", "x86_64");
    source.producer = fields.text_or("producer", "unknown");
    source.time = fields.text("time");
    return source;
}

SignalState read_signal(Fields fields) {
    SignalState signal;
    signal.number = fields.number("number").value_or(0);
    signal.name = fields.text_or("name", "");
    signal.code = fields.text("code");
    signal.address = fields.address("address");
    signal.sender_pid = fields.number("sender_pid");
    return signal;
}

std::vector<std::string> read_texts(const simdjson::dom::array& array, std::size_t& wrong) {
    std::vector<std::string> texts;
    for (const simdjson::dom::element item : array) {
        std::string_view text;
        if (item.get(text) == simdjson::SUCCESS) {
            texts.emplace_back(text);
        } else {
            ++wrong;
        }
    }
    return texts;
}

std::vector<std::int64_t> read_numbers(const simdjson::dom::array& array, std::size_t& wrong) {
    std::vector<std::int64_t> numbers;
    for (const simdjson::dom::element item : array) {
        std::int64_t number = 0;
        if (item.get(number) == simdjson::SUCCESS) {
            numbers.push_back(number);
        } else {
            ++wrong;
        }
    }
    return numbers;
}

ProcessInfo read_process_info(Fields fields) {
    ProcessInfo process;
    process.pid = fields.number("pid");
    process.ppid = fields.number("ppid");
    process.uid = fields.number("uid");
    process.executable = fields.text("executable");
    if (const auto words = fields.array("command_line")) process.command_line = read_texts(*words, fields.wrong());
    if (const auto signal = fields.object("signal")) {
        JsonFields members(*signal, fields.wrong());
        process.signal = read_signal(members);
    }
    if (const auto signal = fields.object("first_signal")) {
        JsonFields members(*signal, fields.wrong());
        process.first_signal = read_signal(members);
    }
    if (const auto names = fields.array("extensions")) process.extensions = read_texts(*names, fields.wrong());
    process.abort_message = fields.text("abort_message");
    process.job_place.rank = fields.number("rank");
    process.job_place.world_size = fields.number("world_size");
    process.job_place.host = fields.text("host");
    process.job_place.job = fields.text("job");
    return process;
}

RuntimeInfo read_runtime(Fields fields) {
    RuntimeInfo runtime;
    runtime.implementation = fields.text_or("implementation", "CPython");
    runtime.version = fields.text_or("version", "");
    runtime.free_threaded = fields.is_true("free_threaded");
    runtime.debug = fields.is_true("debug");
    runtime.layout_source = fields.text_or("layout_source", "");
    runtime.runtime_address = fields.address("runtime_address");
    runtime.located_by = fields.text("located_by");
    runtime.module = fields.text("module");
    runtime.build_id = fields.text("build_id");
    runtime.initialized = fields.truth("initialized");
    runtime.finalizing = fields.truth("finalizing");
    return runtime;
}

void read_gil(Fields fields, InterpreterState& interpreter, GilOwnership& ownership) {
    interpreter.gil.status = from_word(fields.text_or("state", "unknown"), kGil, GilStatus::Unknown);
    ownership.holder_tid = fields.number("holder_tid");
    if (const auto waiting = fields.array("waiting_tids")) {
        ownership.waiting_tids = read_numbers(*waiting, fields.wrong());
    }
    interpreter.gil.enabled = fields.truth("enabled");
}

void read_interpreter(Fields fields, ProcessState& state) {
    InterpreterState interpreter;
    GilOwnership ownership;
    ownership.interpreter_id = interpreter.id = fields.number("id").value_or(0);
    interpreter.main = fields.is_true("main");
    interpreter.finalizing = fields.truth("finalizing");
    interpreter.gc_collecting = fields.truth("gc_collecting");
    if (const auto gil = fields.object("gil")) {
        JsonFields members(*gil, fields.wrong());
        read_gil(members, interpreter, ownership);
    }
    state.interpreters.push_back(interpreter);
    state.gil_ownership.push_back(std::move(ownership));
}

CrashCause read_cause(Fields fields) {
    CrashCause cause;
    cause.title = fields.text_or("title", "");
    cause.reason = fields.text_or("reason", "");
    cause.thread = fields.number("thread");
    cause.address_class = fields.text("address_class");
    if (const auto evidence = fields.array("evidence")) cause.evidence = read_texts(*evidence, fields.wrong());
    cause.exception = fields.text("exception");
    cause.message = fields.text("message");
    return cause;
}

Diagnostic read_diagnostic(Fields fields) {
    Diagnostic diagnostic;
    const std::string severity = fields.text_or("severity", "warning");
    diagnostic.severity = severity == "note"    ? Severity::Note
                          : severity == "error" ? Severity::Error
                                                : Severity::Warning;
    diagnostic.code = fields.text_or("code", "");
    diagnostic.address = fields.address("address");
    diagnostic.thread = fields.number("thread");
    diagnostic.message = fields.text_or("message", "");
    return diagnostic;
}

ProcessState read_document(Fields fields) {
    ProcessState state;
    const auto with = [&](std::string_view name, auto&& use) {
        if (const auto object = fields.object(name)) {
            JsonFields members(*object, fields.wrong());
            use(members);
        }
    };
    with("source", [&](Fields source) { state.source = read_source(source); });
    with("process", [&](Fields process) { state.process = read_process_info(process); });
    with("runtime", [&](Fields runtime) { state.runtime = read_runtime(runtime); });
    for_each_object(fields.array("interpreters"), fields.wrong(),
                    [&](JsonFields interpreter) { read_interpreter(interpreter, state); });
    with("cause", [&](Fields cause) { state.cause = read_cause(cause); });
    for_each_object(fields.array("threads"), fields.wrong(),
                    [&](JsonFields thread) { state.threads.push_back(read_thread(thread)); });
    for_each_object(fields.array("diagnostics"), fields.wrong(),
                    [&](JsonFields diagnostic) { state.diagnostics.push_back(read_diagnostic(diagnostic)); });
    return state;
}

// Counted before anything is built of them, because a frame of three bytes takes five hundred in memory.
std::optional<Error> check_size(simdjson::dom::object document, const StacksLimits& limits) {
    std::size_t unused = 0;
    const auto threads = JsonFields(document, unused).array("threads");
    std::size_t count = 0, frames = 0;
    for_each_object(threads, unused, [&](JsonFields thread) {
        ++count;
        if (const auto stack = thread.array("frames")) {
            for ([[maybe_unused]] const auto frame : *stack) ++frames;
        }
    });
    if (count <= limits.threads && frames <= limits.frames) return std::nullopt;
    return Error{ErrorCode::Limit,
                 fmt::format("it has {} threads with {} frames, more than pycore reads ({} and {})", count, frames,
                             limits.threads, limits.frames),
                 {}};
}

Error no_json(simdjson::error_code code) {
    return {ErrorCode::Corrupt,
            fmt::format("it is no sound JSON document ({}); was it cut when it was written?",
                        simdjson::error_message(code)),
            {}};
}

std::optional<Error> check_schema(simdjson::dom::object document) {
    std::size_t unused = 0;
    const std::string schema = JsonFields(document, unused).text_or("schema", "");
    if (schema == "pycore/stacks/1") return std::nullopt;
    if (schema.starts_with("pycore/stacks/")) {
        return Error{ErrorCode::Unsupported, "its schema is " + schema + ", which is newer than this pycore", {}};
    }
    return Error{ErrorCode::Unsupported,
                 (schema.empty() ? "it is JSON without a pycore schema" : "it is a document of schema " + schema) +
                     ", not saved stacks (pycore stacks --format=json)",
                 {}};
}

}  // namespace

struct StacksReader::Parser {
    simdjson::dom::parser json;
};

StacksReader::StacksReader(StacksLimits limits) : parser_(std::make_unique<Parser>()), limits_(limits) {}
StacksReader::~StacksReader() = default;
StacksReader::StacksReader(StacksReader&&) noexcept = default;
StacksReader& StacksReader::operator=(StacksReader&&) noexcept = default;

Result<ProcessState> StacksReader::read(std::string_view document) {
    if (document.size() > limits_.document_bytes) {
        return Error{
            ErrorCode::Limit,
            fmt::format("it is {} bytes long, more than pycore reads ({})", document.size(), limits_.document_bytes),
            {}};
    }
    simdjson::dom::element root;
    if (const auto code = parser_->json.parse(document.data(), document.size()).get(root)) return no_json(code);
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
        return Error{ErrorCode::Unsupported, "it is JSON, but no document of pycore", {}};
    }
    if (auto wrong = check_schema(object)) return *std::move(wrong);
    if (auto wrong = check_size(object, limits_)) return *std::move(wrong);
    std::size_t wrong = 0;
    JsonFields fields(object, wrong);
    ProcessState state = read_document(fields);
    if (wrong == 0) return state;
    state.diagnostics.push_back(
        {Severity::Warning,
         "corrupt",
         fmt::format("{} values of the saved stacks are not of their type and were left out", wrong),
         {},
         {}});
    return state;
}

bool looks_like_stacks_json(std::string_view front) {
    const std::size_t brace = front.find_first_not_of(" \t\r\n");
    return brace != std::string_view::npos && front[brace] == '{' &&
           front.find("\"pycore/stacks/") != std::string_view::npos;
}

}  // namespace pycore
