// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ReadBudget bounds what one process may cost us, however much a damaged or hostile dump claims: a core
// of ten megabytes can describe a billion frames that share their memory. Real processes stay far below.

#include <cstddef>

namespace pycore {

struct ReadBudget {
    std::size_t frames = 2'000'000;
    std::size_t text_bytes = 512U << 20;       // names and paths, as often as they are told
    std::size_t line_table_bytes = 32U << 20;  // of all code objects; their rows take ten times as much
    std::size_t dict_entries = 20'000'000;
    std::size_t values = 400'000;           // objects that values of variables are made of
    std::size_t values_of_thread = 20'000;  // of these, in one thread

    // False, and nothing taken, if `amount` is more than what is left.
    static bool take(std::size_t& left, std::size_t amount) {
        if (amount > left) return false;
        left -= amount;
        return true;
    }
};

}  // namespace pycore
