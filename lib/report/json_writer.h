// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One function a report; each returns a whole JSON document of the schema in docs/schema/. Keys are the
// names of state/, in a fixed order; unknown is null. Who adds a key adds it to the schema file.

#include <string>

#include "report/json_stream.h"
#include "report/shown_frames.h"
#include "state/process_state.h"

namespace pycore {

struct JsonOptions {
    std::string tool_version;
    StackSelection selection;  // of `stacks`
    TextSink sink = {};        // takes a long document in pieces; the string returned is its rest
};

std::string write_stacks_json(const ProcessState& state, const JsonOptions& options);
std::string write_threads_json(const ProcessState& state, const JsonOptions& options);
std::string write_gil_json(const ProcessState& state, const JsonOptions& options);
std::string write_info_json(const ProcessState& state, const JsonOptions& options);
std::string write_modules_json(const ProcessState& state, const JsonOptions& options);

}  // namespace pycore
