// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Diagnostics collects what could not be read, so that everything else is still told. Each one is a
// sentence with its address and thread. Equal ones are kept once, and their number is bounded.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace pycore {

enum class Severity {
    Note,     // nothing is missing from the answer
    Warning,  // a part of the answer is missing: exit status 3
    Error,    // the answer itself is missing
};

std::string_view to_string(Severity severity);

struct Diagnostic {
    Severity severity = Severity::Warning;
    std::string code;  // to_string(ErrorCode), or a word of its own
    std::string message;
    std::optional<Address> address;
    std::optional<std::int64_t> thread;  // tid
    auto operator<=>(const Diagnostic&) const = default;
};

class Diagnostics {
public:
    static constexpr std::size_t kMaxEntries = 1000;

    void add(Diagnostic diagnostic);
    void note(const Error& error, std::optional<std::int64_t> thread = std::nullopt);
    void warn(const Error& error, std::optional<std::int64_t> thread = std::nullopt);

    // In the order of arrival; past kMaxEntries one last entry says how many were dropped.
    std::vector<Diagnostic> entries() const;
    bool has_losses() const { return losses_ > 0; }  // anything above Note

private:
    std::vector<Diagnostic> entries_;
    std::set<Diagnostic> seen_;
    std::size_t dropped_ = 0;
    std::size_t losses_ = 0;
};

}  // namespace pycore
