// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How far a long command is, on stderr, if that is a terminal.

#include <chrono>
#include <cstddef>
#include <string>

namespace pycore {

class ProgressBar {
public:
    // `what`: "inputs".
    ProgressBar(std::string what, std::size_t total);
    ~ProgressBar();  // takes it off the terminal again
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void step();

private:
    using Clock = std::chrono::steady_clock;

    void draw() const;

    std::string what_;
    std::size_t total_;
    std::size_t done_ = 0;
    bool shown_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point drawn_ = begin_;
};

}  // namespace pycore
