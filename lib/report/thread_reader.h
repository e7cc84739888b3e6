// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Reads one thread object of a JSON document back, as json_parts writes it. Private to this folder: it shows
// the parser's types.

#include <array>
#include <string_view>

#include "report/json_fields.h"
#include "report/words.h"
#include "state/process_state.h"

namespace pycore {

ThreadState read_thread(JsonFields& fields);
// The enumerator that words.h writes as `word`.
template <typename Enum, std::size_t Size>
Enum from_word(std::string_view word, const std::array<Enum, Size>& all, Enum otherwise) {
    for (const Enum value : all) {
        if (to_string(value) == word) return value;
    }
    return otherwise;
}

}  // namespace pycore
