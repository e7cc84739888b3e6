// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How much of the answer a report holds: the `completeness` of every JSON document, and what the
// exit status of a command follows from.

#include <string_view>

#include "state/process_state.h"

namespace pycore {

enum class Completeness {
    Complete,
    Partial,     // some of it could not be read; the diagnostics say what
    NativeOnly,  // no Python in the process, or none that could be read
    None,
};

// What a question is about: one about the process alone is answered without Python, too.
enum class Subject { Process, Python };

Completeness completeness_of(const ProcessState& state, Subject subject);

// The spelling of JSON: "complete", "native_only", ...
std::string_view to_string(Completeness completeness);

}  // namespace pycore
