// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/system_calls.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace pycore {
namespace {

using namespace std::string_view_literals;

// The calls that a thread can be found in: those that block, and the common ones that do not.
// Numbers out of <asm/unistd_64.h>, ascending.
constexpr std::pair<std::int64_t, std::string_view> kNames[] = {
    {0, "read"sv},
    {1, "write"sv},
    {2, "open"sv},
    {3, "close"sv},
    {4, "stat"sv},
    {5, "fstat"sv},
    {6, "lstat"sv},
    {7, "poll"sv},
    {8, "lseek"sv},
    {9, "mmap"sv},
    {10, "mprotect"sv},
    {11, "munmap"sv},
    {12, "brk"sv},
    {15, "rt_sigreturn"sv},
    {16, "ioctl"sv},
    {17, "pread64"sv},
    {18, "pwrite64"sv},
    {19, "readv"sv},
    {20, "writev"sv},
    {23, "select"sv},
    {24, "sched_yield"sv},
    {26, "msync"sv},
    {28, "madvise"sv},
    {34, "pause"sv},
    {35, "nanosleep"sv},
    {40, "sendfile"sv},
    {42, "connect"sv},
    {43, "accept"sv},
    {44, "sendto"sv},
    {45, "recvfrom"sv},
    {46, "sendmsg"sv},
    {47, "recvmsg"sv},
    {56, "clone"sv},
    {57, "fork"sv},
    {58, "vfork"sv},
    {59, "execve"sv},
    {60, "exit"sv},
    {61, "wait4"sv},
    {62, "kill"sv},
    {65, "semop"sv},
    {69, "msgsnd"sv},
    {70, "msgrcv"sv},
    {72, "fcntl"sv},
    {73, "flock"sv},
    {74, "fsync"sv},
    {75, "fdatasync"sv},
    {77, "ftruncate"sv},
    {82, "rename"sv},
    {83, "mkdir"sv},
    {84, "rmdir"sv},
    {87, "unlink"sv},
    {101, "ptrace"sv},
    {128, "rt_sigtimedwait"sv},
    {130, "rt_sigsuspend"sv},
    {149, "mlock"sv},
    {162, "sync"sv},
    {165, "mount"sv},
    {166, "umount2"sv},
    {200, "tkill"sv},
    {202, "futex"sv},
    {208, "io_getevents"sv},
    {217, "getdents64"sv},
    {219, "restart_syscall"sv},
    {220, "semtimedop"sv},
    {230, "clock_nanosleep"sv},
    {231, "exit_group"sv},
    {232, "epoll_wait"sv},
    {234, "tgkill"sv},
    {242, "mq_timedsend"sv},
    {243, "mq_timedreceive"sv},
    {247, "waitid"sv},
    {254, "inotify_add_watch"sv},
    {257, "openat"sv},
    {262, "newfstatat"sv},
    {270, "pselect6"sv},
    {271, "ppoll"sv},
    {275, "splice"sv},
    {281, "epoll_pwait"sv},
    {285, "fallocate"sv},
    {288, "accept4"sv},
    {295, "preadv"sv},
    {296, "pwritev"sv},
    {299, "recvmmsg"sv},
    {306, "syncfs"sv},
    {307, "sendmmsg"sv},
    {310, "process_vm_readv"sv},
    {318, "getrandom"sv},
    {324, "membarrier"sv},
    {326, "copy_file_range"sv},
    {327, "preadv2"sv},
    {328, "pwritev2"sv},
    {332, "statx"sv},
    {333, "io_pgetevents"sv},
    {426, "io_uring_enter"sv},
    {435, "clone3"sv},
    {437, "openat2"sv},
    {441, "epoll_pwait2"sv},
    {449, "futex_waitv"sv},
};

constexpr std::int64_t kFutex = 202;

// FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2 (linux/futex.h).
constexpr std::uint64_t kWaitingOperations[] = {0, 6, 9, 11, 13};
constexpr std::uint64_t kOperationMask = 0x7f;  // without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME

// Calls whose first argument is a file descriptor, and the words that go between.
constexpr std::pair<std::string_view, std::string_view> kOnDescriptor[] = {
    {"read", "from"},    {"readv", "from"}, {"pread64", "from"},  {"recvfrom", "from"},  {"recvmsg", "from"},
    {"write", "to"},     {"writev", "to"},  {"pwrite64", "to"},   {"sendto", "to"},      {"sendmsg", "to"},
    {"accept", "on"},    {"accept4", "on"}, {"connect", "on"},    {"flock", "on"},       {"fsync", "on"},
    {"fdatasync", "on"}, {"ioctl", "on"},   {"epoll_wait", "on"}, {"epoll_pwait", "on"},
};

}  // namespace

std::string system_call_name(std::int64_t number) {
    const auto* row = std::lower_bound(std::begin(kNames), std::end(kNames), number,
                                       [](const auto& entry, std::int64_t wanted) { return entry.first < wanted; });
    if (row != std::end(kNames) && row->first == number) return std::string(row->second);
    return "system call " + std::to_string(number);
}

std::string describe_system_call(const SystemCall& call) {
    const std::string name = system_call_name(call.number);
    const auto first = static_cast<std::int32_t>(call.arguments[0]);
    for (const auto& [known, preposition] : kOnDescriptor) {
        if (name == known) {
            return name + " " + std::string(preposition) + " file descriptor " + std::to_string(first);
        }
    }
    if (name == "wait4") {
        return first > 0 ? "wait4 for child process " + std::to_string(first) : name + " for a child process";
    }
    return name;
}

std::optional<Address> blocking_futex(const ThreadState& thread) {
    if (!thread.system_call || thread.system_call->number != kFutex) return std::nullopt;
    const std::uint64_t operation = thread.system_call->arguments[1] & kOperationMask;
    const bool waits = std::find(std::begin(kWaitingOperations), std::end(kWaitingOperations), operation) !=
                       std::end(kWaitingOperations);
    if (!waits) return std::nullopt;
    return Address{thread.system_call->arguments[0]};
}

}  // namespace pycore
