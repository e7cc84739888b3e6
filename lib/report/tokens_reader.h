// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The frames of a normalised stack, read back. Private to this folder, as json_fields.h is.

#include <string_view>
#include <vector>

#include "report/json_fields.h"
#include "state/triage.h"

namespace pycore {

constexpr std::size_t kMaxTokens = 1024;  // of one stack; those behind it are left out

inline std::vector<StackToken> read_tokens(JsonFields& fields, std::string_view name) {
    std::vector<StackToken> tokens;
    for_each_object(fields.array(name), fields.wrong(), [&](JsonFields token) {
        if (tokens.size() == kMaxTokens) return;
        StackToken& read = tokens.emplace_back();
        read.text = token.text_or("text", "");
        read.python = token.text_or("kind", "") == "python";
        read.site = token.is_true("site");
    });
    return tokens;
}

}  // namespace pycore
