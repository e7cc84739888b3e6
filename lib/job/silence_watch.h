// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// SilenceWatch tells since when a tree of processes has written nothing, without standing between it and its output.
// Where standard output and error are files or terminals, the kernel's times of them tell; else (pipes, sockets) the
// kernel's count of bytes that the processes wrote, wherever to.

#include <chrono>
#include <cstdint>
#include <vector>

namespace pycore {

class SilenceWatch {
public:
    using Clock = std::chrono::steady_clock;

    SilenceWatch();
    // Looks at the output that we share with the processes, or at `pids`; to be called every second or so.
    void look(const std::vector<std::int64_t>& pids);
    Clock::duration silent_for() const { return Clock::now() - last_; }

private:
    std::uint64_t measure(const std::vector<std::int64_t>& pids) const;

    bool by_files_;
    std::uint64_t seen_ = 0;  // a number that changes with each write
    Clock::time_point last_;
};

}  // namespace pycore
