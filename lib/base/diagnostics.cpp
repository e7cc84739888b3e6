// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/diagnostics.h"

#include <utility>

namespace pycore {
namespace {

Diagnostic from_error(Severity severity, const Error& error, std::optional<std::int64_t> thread) {
    return {severity, std::string(to_string(error.code)), error.message, error.address, thread};
}

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::Note: return "note";
        case Severity::Warning: return "warning";
        case Severity::Error: return "error";
    }
    return "error";
}

void Diagnostics::add(Diagnostic diagnostic) {
    if (diagnostic.severity != Severity::Note) ++losses_;
    if (seen_.contains(diagnostic)) return;
    if (entries_.size() >= kMaxEntries) {
        ++dropped_;
        return;
    }
    seen_.insert(diagnostic);
    entries_.push_back(std::move(diagnostic));
}

void Diagnostics::note(const Error& error, std::optional<std::int64_t> thread) {
    add(from_error(Severity::Note, error, thread));
}

void Diagnostics::warn(const Error& error, std::optional<std::int64_t> thread) {
    add(from_error(Severity::Warning, error, thread));
}

std::vector<Diagnostic> Diagnostics::entries() const {
    std::vector<Diagnostic> all = entries_;
    if (dropped_ > 0) {
        all.push_back({Severity::Warning, "limit", std::to_string(dropped_) + " more findings are not listed", {}, {}});
    }
    return all;
}

}  // namespace pycore
