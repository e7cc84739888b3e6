// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One function a report, for people. They speak like Python's own traceback, most recent call last, and
// return the whole text; what could not be read is left to the diagnostics, which the tool prints.

#include <string>

#include "report/shown_frames.h"
#include "report/source_lines.h"
#include "state/process_state.h"

namespace pycore {

struct TextOptions {
    bool color = false;
    StackSelection selection;  // of `stacks`
    bool group = true;         // tell equal stacks once
    SourceSearch source;
    bool source_lines = true;
};

std::string write_stacks_text(const ProcessState& state, const TextOptions& options);
std::string write_threads_text(const ProcessState& state, const TextOptions& options);
std::string write_gil_text(const ProcessState& state, const TextOptions& options);
std::string write_info_text(const ProcessState& state, const TextOptions& options);
std::string write_modules_text(const ProcessState& state, const TextOptions& options);

}  // namespace pycore
