// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The source line under a Python frame, as Python's own traceback has it: without its indentation, and
// with ^^^^ under the part that was running, unless that is the whole line.

#include <optional>
#include <string>
#include <string_view>

#include "state/python_frame.h"

namespace pycore {

struct SourceExcerpt {
    std::string line;    // escaped; tabs are one blank
    std::string carets;  // blanks and carets; empty: nothing to mark
};

// `line` is line `frame.line` of its file. nullopt if nothing but blanks stands there.
std::optional<SourceExcerpt> excerpt(std::string_view line, const PythonFrame& frame);

}  // namespace pycore
