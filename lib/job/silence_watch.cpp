// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/silence_watch.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "job/process_rights.h"

namespace pycore {
namespace {

// The kernel keeps the time of the last write of files, and of terminals to within 8 seconds; not of pipes.
bool has_time(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || ::isatty(fd) == 1);
}

std::uint64_t time_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(status.st_mtim.tv_nsec) + static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

SilenceWatch::SilenceWatch() : by_files_(has_time(STDOUT_FILENO) && has_time(STDERR_FILENO)), last_(Clock::now()) {}

std::uint64_t SilenceWatch::measure(const std::vector<std::int64_t>& pids) const {
    if (by_files_) return time_of(STDOUT_FILENO) * 31 + time_of(STDERR_FILENO);
    std::uint64_t sum = 0;
    for (const std::int64_t pid : pids) {
        sum = sum * 31 + std::strtoull(status_value(fmt::format("/proc/{}/io", pid), "wchar").c_str(), nullptr, 10);
    }
    return sum;
}

void SilenceWatch::look(const std::vector<std::int64_t>& pids) {
    const std::uint64_t now = measure(pids);
    if (now != seen_) last_ = Clock::now();
    seen_ = now;
}

}  // namespace pycore
