// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/stacks_reader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "report/json_fields.h"
#include "report/words.h"

namespace pycore {
namespace {

using Fields = JsonFields&;

// The enumerator that words.h writes as `word`.
template <typename Enum, std::size_t Size>
Enum from_word(std::string_view word, const std::array<Enum, Size>& all, Enum otherwise) {
    for (const Enum value : all) {
        if (to_string(value) == word) return value;
    }
    return otherwise;
}

constexpr std::array kOwners = {FrameOwner::Thread,      FrameOwner::Generator, FrameOwner::FrameObject,
                                FrameOwner::Interpreter, FrameOwner::CStack,    FrameOwner::Unknown};
constexpr std::array kAttach = {AttachStatus::Attached, AttachStatus::Detached, AttachStatus::Suspended,
                                AttachStatus::ShuttingDown, AttachStatus::Unknown};
constexpr std::array kGil = {GilStatus::Held, GilStatus::Free, GilStatus::NotCreated, GilStatus::Disabled,
                             GilStatus::Unknown};
constexpr std::array kMerge = {MergeStatus::Anchored, MergeStatus::Partial, MergeStatus::PythonOnly,
                               MergeStatus::NativeOnly};

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
    return cause;
}

Wait read_wait(Fields fields) {
    Wait wait;
    wait.kind = fields.text_or("kind", "");
    wait.what = fields.text_or("what", "");
    wait.address = fields.address("address");
    wait.owner_tid = fields.number("owner_tid");
    return wait;
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

MergedFrame read_python_frame(Fields fields, std::int64_t interpreter_id) {
    MergedFrame merged;
    merged.kind = MergedFrame::Kind::Python;
    PythonFrame& frame = merged.python.emplace();
    frame.function = fields.text("function");
    frame.qualname = fields.text("qualname");
    frame.file = fields.text("file");
    frame.line = fields.number("line");
    frame.column = fields.number("column");
    frame.end_line = fields.number("end_line");
    frame.end_column = fields.number("end_column");
    frame.entry = fields.is_true("entry");
    frame.owner = from_word(fields.text_or("owner", "thread"), kOwners, FrameOwner::Unknown);
    frame.address = fields.address("address").value_or(Address{});
    merged.interpreter_id = fields.number("interpreter_id").value_or(interpreter_id);
    merged.crash_site = fields.is_true("crash_site");
    merged.uncertain = fields.is_true("uncertain");
    return merged;
}

// A native frame, or a call inlined into the one before it.
void read_native_frame(Fields fields, std::vector<MergedFrame>& frames) {
    NativeFunction function;
    function.name = fields.text("function");
    function.raw_name = fields.text("raw_name");
    NativeFrame frame;
    frame.module = fields.text("module");
    frame.build_id = fields.text("build_id");
    frame.pc = fields.address("pc").value_or(Address{});
    if (const auto offset = fields.address("module_offset")) frame.module_offset = offset->value;
    const auto line = fields.number("line");
    if (auto file = fields.text("file")) {
        function.location = SourceLocation{*std::move(file), line.value_or(0), fields.number("column")};
    }
    const bool inlined = fields.is_true("inlined");
    const bool plumbing = fields.is_true("plumbing");
    const bool crash_site = fields.is_true("crash_site");
    const bool uncertain = fields.is_true("uncertain");
    if (inlined && !frames.empty() && frames.back().native) {
        frames.back().native->inlined.push_back(std::move(function));
        frames.back().crash_site = frames.back().crash_site || crash_site;
        return;
    }
    frame.function = std::move(function);
    MergedFrame merged;
    merged.native = Boxed<NativeFrame>(std::move(frame));
    merged.plumbing = plumbing;
    merged.crash_site = crash_site;
    merged.uncertain = uncertain;
    frames.push_back(std::move(merged));
}

std::int64_t interpreter_of(const ThreadState& thread) {
    return thread.python.empty() ? 0 : thread.python.front().interpreter_id;
}

void read_frames(Fields fields, ThreadState& thread) {
    const auto frames = fields.array("frames");
    if (frames) thread.stack.frames.reserve(std::min<std::size_t>(frames->size(), 100'000));
    for_each_object(frames, fields.wrong(), [&](JsonFields frame) {
        if (frame.text_or("kind", "") == "python") {
            thread.stack.frames.push_back(read_python_frame(frame, interpreter_of(thread)));
        } else {
            read_native_frame(frame, thread.stack.frames);
        }
    });
    thread.stack.status = from_word(fields.text_or("merge", "native_only"), kMerge, MergeStatus::NativeOnly);
}

std::optional<PythonThread> python_of(std::optional<std::string> name, std::optional<Address> id,
                                      std::optional<std::int64_t> interpreter, const std::string& status) {
    if (status == "not_python") return std::nullopt;
    PythonThread python;
    python.name = std::move(name);
    python.thread_id = id.value_or(Address{});
    python.interpreter_id = interpreter.value_or(0);
    python.status = from_word(status, kAttach, AttachStatus::Unknown);
    return python;
}

ThreadState read_thread(Fields fields) {
    ThreadState thread;
    thread.tid = fields.number("tid").value_or(0);
    auto name = fields.text("name");
    thread.os_name = fields.text("os_name");
    const auto id = fields.address("python_thread_id");
    const auto interpreter = fields.number("interpreter_id");
    thread.crashed = fields.is_true("crashed");
    thread.main = fields.is_true("main");
    thread.holds_gil = fields.is_true("holds_gil");
    thread.waiting_for_gil = fields.is_true("waiting_for_gil");
    auto python = python_of(std::move(name), id, interpreter, fields.text_or("status", "not_python"));
    if (python) thread.python.push_back(*std::move(python));
    if (const auto wait = fields.object("wait")) {
        JsonFields members(*wait, fields.wrong());
        thread.wait = read_wait(members);
    }
    read_frames(fields, thread);
    return thread;
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
