// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What the kernel tells of a running process under /proc/PID, as values (proc(5)). A process may end
// between any two of these calls.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "process/process_snapshot.h"

namespace pycore {

// A line of /proc/PID/maps.
struct ProcMapping {
    AddressRange range;
    bool readable = false;
    bool writable = false;
    bool executable = false;
    bool shared = false;  // writes are seen by others
    FileOffset file_offset;
    std::string path;  // "" for anonymous memory; "[heap]", "[stack]", ...

    bool is_file() const { return path.starts_with('/'); }
    // Reading one may block for ever, or do something.
    bool is_device() const;
    bool operator==(const ProcMapping&) const = default;
};

// Of /proc/PID/status.
struct ProcStatus {
    std::string name;  // comm
    char state = '?';  // R S D T t Z X
    std::int64_t process_id = 0;
    std::int64_t parent = 0;
    std::int64_t tracer = 0;  // 0: nobody traces it
    std::int64_t user = 0;    // real uid
};

// Of /proc/PID/task/TID/syscall: where a thread that does not run left user mode.
struct BlockedCall {
    std::int64_t number = -1;  // -1: not in a system call
    std::array<std::uint64_t, 6> arguments{};
    Address sp;
    Address pc;
};

// NotFound: there is no such process (any more).
Result<std::string> read_proc_file(const std::string& path);
std::vector<ProcMapping> parse_mappings(std::string_view text);
Result<std::vector<ProcMapping>> read_mappings(std::int64_t pid);
Result<ProcStatus> read_status(std::int64_t pid);
std::vector<std::int64_t> list_tasks(std::int64_t pid);  // ascending; empty if it has ended
// Under which of its tasks the kernel shows a process's memory and files: `pid`, or another thread if the first one has
// ended before it (a zombie has neither).
std::int64_t living_task(std::int64_t pid);
// It has ended, though /proc may still list it.
bool has_ended(std::int64_t tid);
std::optional<std::string> read_task_name(std::int64_t pid, std::int64_t tid);
// nullopt: the thread runs, or the kernel does not say.
std::optional<BlockedCall> read_blocked_call(std::int64_t pid, std::int64_t tid);
// Its arguments, split where the kernel split them.
std::optional<std::vector<std::string>> read_live_command_line(std::int64_t pid);

}  // namespace pycore
