// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/file_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);

// File systems that answer from this machine's own memory and disks.
constexpr std::array<std::string_view, 30> kOwnKinds = {
    "autofs",     "bcachefs",  "binfmt_misc", "bpf",   "btrfs",   "cgroup", "cgroup2", "configfs",
    "debugfs",    "devpts",    "devtmpfs",    "erofs", "ext2",    "ext3",   "ext4",    "f2fs",
    "fusectl",    "hugetlbfs", "mqueue",      "nsfs",  "overlay", "proc",   "pstore",  "ramfs",
    "securityfs", "squashfs",  "sysfs",       "tmpfs", "tracefs", "xfs"};

// Of /proc/PID/mountinfo: "36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw".
struct Mount {
    std::string point;
    bool own = false;
};

std::vector<Mount> read_mounts(std::int64_t pid) {
    std::vector<Mount> mounts;
    std::istringstream lines(read_proc_file(fmt::format("/proc/{}/mountinfo", pid)).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string skipped, point, kind;
        words >> skipped >> skipped >> skipped >> skipped >> point;
        const std::size_t dash = line.find(" - ");
        if (dash != std::string::npos) std::istringstream(line.substr(dash + 3)) >> kind;
        mounts.push_back({point, std::find(kOwnKinds.begin(), kOwnKinds.end(), kind) != kOwnKinds.end()});
    }
    return mounts;
}

bool lies_below(const std::string& path, const std::string& point) {
    return point == "/" || (path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/'));
}

// Links may lead anywhere: with one foreign mount, what is not surely below an own one other than "/" is tried.
bool may_be_foreign(const std::string& path, const std::vector<Mount>& mounts) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
        if (lies_below(path, mount.point) && (best == nullptr || mount.point.size() >= best->point.size()))
            best = &mount;
    }
    return best == nullptr || !best->own || best->point == "/" || best->point == "/home";
}

void touch(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    char byte = 0;  // of its begin and of its end, where sections are listed
    for (const off_t at : {off_t{0}, std::max<off_t>(status.st_size - 1, 0)}) {
        if (::pread(file.get(), &byte, 1, at) < 0) return;
    }
}

// One byte for each path that was opened, in their order.
[[noreturn]] void touch_all(const std::vector<std::string>& paths, int answers) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const std::string& path : paths) {
        touch(path);
        if (::write(answers, "", 1) != 1) break;
    }
    ::_exit(0);
}

// How many of `paths` answered, from the first on.
std::size_t count_answers(const std::vector<std::string>& paths) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return paths.size();
    const FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return paths.size();
    if (child == 0) touch_all(paths, writing.get());
    writing = FileDescriptor();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::size_t answered = 0;
    while (answered < paths.size()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd wait{reading.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
        char buffer[256];
        const ssize_t got = ::read(reading.get(), buffer, sizeof(buffer));
        if (got <= 0) break;
        answered += static_cast<std::size_t>(got);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, WNOHANG);  // it may never end
    return std::min(answered, paths.size());
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::string root_of(std::int64_t pid) {
    const auto same = [&](const char* what) {
        char own[64] = {}, other[64] = {};
        const bool known = ::readlink(fmt::format("/proc/self/{}", what).c_str(), own, sizeof(own) - 1) > 0 &&
                           ::readlink(fmt::format("/proc/{}/{}", pid, what).c_str(), other, sizeof(other) - 1) > 0;
        return !known || std::string_view(own) == other;
    };
    return same("ns/mnt") && same("root") ? std::string() : fmt::format("/proc/{}/root", pid);
}

std::set<std::string> find_silent_files(std::int64_t pid, const std::set<std::string>& paths,
                                        Diagnostics& diagnostics) {
    const auto mounts = read_mounts(pid);
    if (std::all_of(mounts.begin(), mounts.end(), [](const Mount& mount) { return mount.own; })) return {};
    const std::string root = root_of(pid);
    std::vector<std::string> recorded;
    for (const std::string& path : paths) {
        if (may_be_foreign(path, mounts)) recorded.push_back(path);
    }
    std::set<std::string> silent;
    while (!recorded.empty()) {
        std::vector<std::string> places;
        for (const std::string& path : recorded) places.push_back(root + path);
        const std::size_t answered = count_answers(places);
        recorded.erase(recorded.begin(), recorded.begin() + static_cast<std::ptrdiff_t>(answered));
        if (recorded.empty()) break;
        // What lies beside a file that does not answer will not do so either.
        const std::string folder = folder_of(recorded.front());
        for (const std::string& path : recorded) {
            if (folder_of(path) == folder) silent.insert(path);
        }
        std::erase_if(recorded, [&](const std::string& path) { return silent.contains(path); });
    }
    if (silent.empty()) return silent;
    diagnostics.warn(
        {ErrorCode::Io,
         fmt::format("{} files that the process uses do not answer, {} first; their file system hangs, and "
                     "what they hold is left out",
                     silent.size(), *silent.begin()),
         {}});
    return silent;
}

}  // namespace pycore
