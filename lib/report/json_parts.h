// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The parts that JSON documents share. Each writes one value, or the members of an object that the
// caller has opened.

#include "report/completeness.h"
#include "report/json_stream.h"
#include "report/json_writer.h"

namespace pycore {

// Member: tool.
void write_tool(JsonStream& json, std::string_view tool_version);
// Members: schema, tool, source.
void write_document_head(JsonStream& json, std::string_view schema, const ProcessState& state,
                         const JsonOptions& options);
// Members: completeness, diagnostics.
void write_document_foot(JsonStream& json, const ProcessState& state, Subject subject);

void write_process(JsonStream& json, const ProcessInfo& process);
void write_runtime(JsonStream& json, const std::optional<RuntimeInfo>& runtime);
void write_interpreters(JsonStream& json, const ProcessState& state);
// Members of a thread object up to and with `wait`.
void write_thread_members(JsonStream& json, const ThreadState& thread);
void write_frame(JsonStream& json, const ShownFrame& frame, const ThreadState& thread);

}  // namespace pycore
