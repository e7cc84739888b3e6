// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/json_writer.h"

#include <utility>

#include "report/json_parts.h"
#include "report/words.h"

namespace pycore {
namespace {

void write_innermost(JsonStream& json, std::string_view name, const ThreadState& thread, MergedFrame::Kind kind) {
    json.key(name);
    const auto frame = innermost_frame(thread, kind);
    frame ? write_frame(json, *frame, thread) : json.null();
}

void write_stack(JsonStream& json, const ThreadState& thread, const StackSelection& selection) {
    json.key("frames");
    json.begin_array();
    for (const ShownFrame& frame : shown_frames(thread, selection)) write_frame(json, frame, thread);
    json.end_array();
    json.member("merge", to_string(thread.stack.status));
}

void write_cause(JsonStream& json, const std::optional<CrashCause>& cause) {
    if (!cause) return json.null();
    json.begin_object();
    json.member("title", cause->title);
    json.member("reason", cause->reason);
    json.member("thread", cause->thread);
    json.member("address_class", cause->address_class);
    json.key("evidence");
    json.begin_array();
    for (const std::string& sentence : cause->evidence) json.value(sentence);
    json.end_array();
    if (cause->exception) json.member("exception", *cause->exception);
    if (cause->message) json.member("message", *cause->message);
    json.end_object();
}

void write_module(JsonStream& json, const ModuleInfo& module) {
    json.begin_object(JsonLayout::OneLine);
    json.member("path", module.path);
    json.member("base", module.base);
    json.member("build_id", module.build_id);
    json.member("found", module.found);
    json.member("match", module.match);
    json.end_object();
}

void write_process_and_runtime(JsonStream& json, const ProcessState& state) {
    json.key("process");
    write_process(json, state.process);
    json.key("runtime");
    write_runtime(json, state.runtime);
}

}  // namespace

std::string write_stacks_json(const ProcessState& state, const JsonOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_document_head(json, "pycore/stacks/1", state, options);
    write_process_and_runtime(json, state);
    json.key("interpreters");
    write_interpreters(json, state);
    json.key("cause");
    write_cause(json, state.cause);
    json.key("threads");
    json.begin_array();
    for (const ThreadState& thread : state.threads) {
        if (!is_selected(thread, options.selection)) continue;
        json.begin_object();
        write_thread_members(json, thread);
        write_stack(json, thread, options.selection);
        json.end_object();
    }
    json.end_array();
    write_document_foot(json, state, Subject::Python);
    json.end_object();
    return std::move(json).take();
}

std::string write_threads_json(const ProcessState& state, const JsonOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_document_head(json, "pycore/threads/1", state, options);
    write_process_and_runtime(json, state);
    json.key("threads");
    json.begin_array();
    for (const ThreadState& thread : state.threads) {
        json.begin_object();
        write_thread_members(json, thread);
        write_innermost(json, "innermost_python", thread, MergedFrame::Kind::Python);
        write_innermost(json, "innermost_native", thread, MergedFrame::Kind::Native);
        json.end_object();
    }
    json.end_array();
    write_document_foot(json, state, Subject::Python);
    json.end_object();
    return std::move(json).take();
}

std::string write_gil_json(const ProcessState& state, const JsonOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_document_head(json, "pycore/gil/1", state, options);
    json.key("interpreters");
    write_interpreters(json, state);
    write_document_foot(json, state, Subject::Python);
    json.end_object();
    return std::move(json).take();
}

static void write_snapshot(JsonStream& json, const std::optional<SnapshotInfo>& snapshot) {
    if (!snapshot) return json.null();
    json.begin_object();
    json.member("level", snapshot->level);
    json.member("consistency", snapshot->consistency);
    json.member("stopped", snapshot->stopped);
    json.member("pause_ns", snapshot->pause_ns);
    json.member("redacted", snapshot->redacted);
    json.member("time", snapshot->time);
    json.member("host", snapshot->host);
    json.key("left_out");
    json.begin_object(JsonLayout::OneLine);
    for (const auto& [reason, bytes] : snapshot->left_out) json.member(reason, bytes);
    json.end_object();
    json.end_object();
}

std::string write_info_json(const ProcessState& state, const JsonOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_document_head(json, "pycore/info/1", state, options);
    write_process_and_runtime(json, state);
    json.key("cause");
    write_cause(json, state.cause);
    json.key("memory");
    json.begin_object(JsonLayout::OneLine);
    json.member("mapped_bytes", state.mapped_bytes);
    json.member("present_bytes", state.present_bytes);
    json.end_object();
    json.key("snapshot");
    write_snapshot(json, state.snapshot);
    write_document_foot(json, state, Subject::Python);
    json.end_object();
    return std::move(json).take();
}

std::string write_modules_json(const ProcessState& state, const JsonOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_document_head(json, "pycore/modules/1", state, options);
    json.key("modules");
    json.begin_array();
    for (const ModuleInfo& module : state.modules) write_module(json, module);
    json.end_array();
    write_document_foot(json, state, Subject::Process);
    json.end_object();
    return std::move(json).take();
}

}  // namespace pycore
