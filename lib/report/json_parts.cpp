// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/json_parts.h"

#include "report/words.h"

namespace pycore {
namespace {

std::optional<std::int64_t> known_tid(std::int64_t tid) {
    return tid == 0 ? std::nullopt : std::optional<std::int64_t>(tid);
}

// DWARF says line 0 where the compiler made code that belongs to none.
std::optional<std::int64_t> known_line(std::int64_t line) {
    return line > 0 ? std::optional<std::int64_t>(line) : std::nullopt;
}

template <typename Items>
void write_list(JsonStream& json, const Items& items) {
    json.begin_array(JsonLayout::OneLine);
    for (const auto& item : items) json.value(item);
    json.end_array();
}

void write_signal(JsonStream& json, const std::optional<SignalState>& signal) {
    if (!signal) return json.null();
    json.begin_object(JsonLayout::OneLine);
    json.member("number", signal->number);
    json.member("name", signal->name);
    json.member("code", signal->code);
    json.member("address", signal->address);
    json.member("sender_pid", signal->sender_pid);
    json.end_object();
}

// Keys of a process that belongs to a job; others do not have them.
void write_job_place(JsonStream& json, const JobPlace& place) {
    if (place.rank) json.member("rank", *place.rank);
    if (place.world_size) json.member("world_size", *place.world_size);
    if (place.host) json.member("host", *place.host);
    if (place.job) json.member("job", *place.job);
}

void write_diagnostic(JsonStream& json, const Diagnostic& diagnostic) {
    json.begin_object(JsonLayout::OneLine);
    json.member("severity", to_string(diagnostic.severity));
    json.member("code", diagnostic.code);
    json.member("address", diagnostic.address);
    json.member("thread", diagnostic.thread);
    json.member("message", diagnostic.message);
    json.end_object();
}

void write_gil(JsonStream& json, const ProcessState& state, const InterpreterState& interpreter) {
    const GilOwnership* ownership = find_ownership(state, interpreter.id);
    const bool free_threaded = state.runtime && state.runtime->free_threaded;
    json.begin_object(JsonLayout::OneLine);
    json.member("state", to_string(interpreter.gil.status));
    json.member("holder_tid", ownership ? ownership->holder_tid : std::nullopt);
    json.key("waiting_tids");
    write_list(json, ownership ? ownership->waiting_tids : std::vector<std::int64_t>{});
    json.member("enabled", free_threaded ? interpreter.gil.enabled : std::optional<bool>(true));
    json.end_object();
}

void write_wait(JsonStream& json, const std::optional<Wait>& wait) {
    if (!wait) return json.null();
    json.begin_object(JsonLayout::OneLine);
    json.member("kind", wait->kind);
    json.member("what", wait->what);
    json.member("address", wait->address);
    json.member("owner_tid", wait->owner_tid);
    json.end_object();
}

void write_locals(JsonStream& json, const std::vector<LocalVariable>& locals) {
    json.begin_array(JsonLayout::OneLine);
    for (const LocalVariable& local : locals) {
        json.begin_object(JsonLayout::OneLine);
        json.member("name", local.name);
        json.member("kind", to_string(local.kind));
        json.member("type", local.type);
        json.member("value", local.value);
        json.member("address", local.address);
        json.end_object();
    }
    json.end_array();
}

void write_python_frame(JsonStream& json, const ShownFrame& shown, const ThreadState& thread) {
    const PythonFrame& frame = *shown.python();
    json.member("kind", "python");
    json.member("function", frame.function);
    json.member("qualname", frame.qualname);
    json.member("file", frame.file);
    if (frame.module) json.member("module", frame.module);
    json.member("line", frame.line);
    json.member("column", frame.column);
    json.member("end_line", frame.end_line);
    json.member("end_column", frame.end_column);
    json.member("entry", frame.entry);
    json.member("owner", to_string(frame.owner));
    json.member("address", frame.address);
    const bool elsewhere =
        !thread.python.empty() && thread.python.front().interpreter_id != shown.frame->interpreter_id;
    if (elsewhere) json.member("interpreter_id", shown.frame->interpreter_id);
    if (shown.crash_site) json.member("crash_site", true);
    if (!shown.with_locals) return;
    json.key("locals");
    write_locals(json, frame.locals);
}

std::optional<Address> as_address(std::optional<std::uint64_t> number) {
    return number ? std::optional<Address>(Address{*number}) : std::nullopt;
}

void write_native_frame(JsonStream& json, const ShownFrame& shown) {
    const NativeFrame& frame = *shown.frame->native;
    const NativeFunction& function = *shown.function;
    const auto& location = function.location;
    json.member("kind", "native");
    json.member("function", function.name);
    json.member("raw_name", function.raw_name);
    json.member("module", frame.module);
    json.member("build_id", frame.build_id);
    json.member("pc", frame.pc);
    json.member("module_offset", as_address(frame.module_offset));
    json.member("file", location ? std::optional(location->file) : std::nullopt);
    json.member("line", location ? known_line(location->line) : std::nullopt);
    json.member("column", location ? location->column : std::nullopt);
    json.member("inlined", shown.inlined);
    json.member("plumbing", shown.frame->plumbing);
    json.member("crash_site", shown.crash_site);
}

}  // namespace

void write_tool(JsonStream& json, std::string_view tool_version) {
    json.key("tool");
    json.begin_object(JsonLayout::OneLine);
    json.member("name", "pycore");
    json.member("version", tool_version);
    json.end_object();
}

void write_document_head(JsonStream& json, std::string_view schema, const ProcessState& state,
                         const JsonOptions& options) {
    json.member("schema", schema);
    write_tool(json, options.tool_version);
    json.key("source");
    json.begin_object(JsonLayout::OneLine);
    json.member("kind", state.source.kind);
    json.member("path", state.source.path);
    json.member("arch", state.source.architecture);
    json.member("producer", state.source.producer);
    if (state.source.time) json.member("time", *state.source.time);
    json.end_object();
}

void write_document_foot(JsonStream& json, const ProcessState& state, Subject subject) {
    json.member("completeness", to_string(completeness_of(state, subject)));
    json.key("diagnostics");
    json.begin_array();
    for (const Diagnostic& diagnostic : state.diagnostics) write_diagnostic(json, diagnostic);
    json.end_array();
}

void write_process(JsonStream& json, const ProcessInfo& process) {
    json.begin_object();
    json.member("pid", process.pid);
    json.member("ppid", process.ppid);
    json.member("uid", process.uid);
    json.member("executable", process.executable);
    json.key("command_line");
    process.command_line ? write_list(json, *process.command_line) : json.null();
    json.key("signal");
    write_signal(json, process.signal);
    if (process.first_signal) {
        json.key("first_signal");
        write_signal(json, process.first_signal);
    }
    if (!process.extensions.empty()) {
        json.key("extensions");
        write_list(json, process.extensions);
    }
    if (process.abort_message) json.member("abort_message", process.abort_message);
    write_job_place(json, process.job_place);
    json.end_object();
}

void write_runtime(JsonStream& json, const std::optional<RuntimeInfo>& runtime) {
    if (!runtime) return json.null();
    json.begin_object();
    json.member("implementation", runtime->implementation);
    json.member("version", runtime->version);
    json.member("free_threaded", runtime->free_threaded);
    json.member("debug", runtime->debug);
    json.member("layout_source", runtime->layout_source);
    json.member("runtime_address", runtime->runtime_address);
    json.member("located_by", runtime->located_by);
    json.member("module", runtime->module);
    json.member("build_id", runtime->build_id);
    json.member("initialized", runtime->initialized);
    json.member("finalizing", runtime->finalizing);
    json.end_object();
}

void write_interpreters(JsonStream& json, const ProcessState& state) {
    json.begin_array();
    for (const InterpreterState& interpreter : state.interpreters) {
        json.begin_object(JsonLayout::OneLine);
        json.member("id", interpreter.id);
        json.member("main", interpreter.main);
        json.member("finalizing", interpreter.finalizing);
        json.member("gc_collecting", interpreter.gc_collecting);
        json.key("gil");
        write_gil(json, state, interpreter);
        json.end_object();
    }
    json.end_array();
}

void write_thread_members(JsonStream& json, const ThreadState& thread) {
    const PythonThread* python = thread.python.empty() ? nullptr : &thread.python.front();
    json.member("tid", known_tid(thread.tid));
    json.member("name", python_name(thread));
    json.member("os_name", thread.os_name);
    json.member("python_thread_id", python ? std::optional(python->thread_id) : std::nullopt);
    json.member("interpreter_id", python ? std::optional(python->interpreter_id) : std::nullopt);
    json.member("crashed", thread.crashed);
    json.member("main", thread.main);
    json.member("holds_gil", thread.holds_gil);
    json.member("waiting_for_gil", thread.waiting_for_gil);
    json.member("status", status_word(thread));
    json.key("wait");
    write_wait(json, thread.wait);
}

void write_frame(JsonStream& json, const ShownFrame& frame, const ThreadState& thread) {
    json.begin_object(JsonLayout::OneLine);
    frame.python() ? write_python_frame(json, frame, thread) : write_native_frame(json, frame);
    if (frame.frame->uncertain) json.member("uncertain", true);
    json.end_object();
}

}  // namespace pycore
