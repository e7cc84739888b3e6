// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/completeness.h"

#include <algorithm>

namespace pycore {
namespace {

bool has_losses(const ProcessState& state) {
    return std::any_of(state.diagnostics.begin(), state.diagnostics.end(),
                       [](const Diagnostic& diagnostic) { return diagnostic.severity != Severity::Note; });
}

bool has_frames(const ProcessState& state) {
    return std::any_of(state.threads.begin(), state.threads.end(),
                       [](const ThreadState& thread) { return !thread.stack.frames.empty(); });
}

}  // namespace

Completeness completeness_of(const ProcessState& state, Subject subject) {
    if (subject == Subject::Python && !state.runtime) {
        return has_frames(state) ? Completeness::NativeOnly : Completeness::None;
    }
    return has_losses(state) ? Completeness::Partial : Completeness::Complete;
}

std::string_view to_string(Completeness completeness) {
    switch (completeness) {
        case Completeness::Complete: return "complete";
        case Completeness::Partial: return "partial";
        case Completeness::NativeOnly: return "native_only";
        case Completeness::None: return "none";
    }
    return "none";
}

}  // namespace pycore
