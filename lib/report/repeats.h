// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Finds runs of repeated frames, so that a recursion ten thousand calls deep reads as a few lines. Unlike
// Python's traceback, also calls that go in a circle over several functions are found.

#include <cstddef>
#include <span>
#include <vector>

namespace pycore {

// `count` items from `begin` on are shown; then the last `period` of them are repeated `repeats` times.
struct RepeatedRun {
    std::size_t begin = 0;
    std::size_t count = 0;
    std::size_t period = 1;
    std::size_t repeats = 0;  // 0: nothing was left out after this run

    std::size_t end() const { return begin + count + repeats * period; }
};

// Splits the sequence into runs that cover it without a gap. Equal numbers stand for equal frames.
std::vector<RepeatedRun> find_repeats(std::span<const std::size_t> items);

}  // namespace pycore
