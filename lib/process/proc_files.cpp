// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/proc_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace pycore {
namespace {

constexpr std::size_t kMaxProcFile = 64 << 20;  // bytes; 65,530 mappings take some 6 MiB

// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// maps writes a newline in a path as "\012", and nothing else is escaped.
std::string unescape_newlines(std::string_view path) {
    std::string result;
    for (std::size_t at = 0; at < path.size();) {
        const bool escaped = path.substr(at).starts_with("\\012");
        result += escaped ? '\n' : path[at];
        at += escaped ? 4 : 1;
    }
    return result;
}

std::optional<ProcMapping> parse_mapping(const std::string& line) {
    std::uint64_t begin = 0, end = 0, offset = 0;
    char permissions[5] = {};
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &begin, &end, permissions,
                    &offset, &path_at) < 4 ||
        begin >= end) {
        return std::nullopt;
    }
    ProcMapping mapping{{{begin}, {end}},
                        permissions[0] == 'r',
                        permissions[1] == 'w',
                        permissions[2] == 'x',
                        permissions[3] == 's',
                        {offset},
                        {}};
    if (path_at > 0) mapping.path = unescape_newlines(std::string_view(line).substr(static_cast<std::size_t>(path_at)));
    return mapping;
}

std::int64_t number_of(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_of("0123456789"), text.size());
    std::int64_t number = 0;
    std::from_chars(text.data() + begin, text.data() + text.size(), number);
    return number;
}

}  // namespace

bool ProcMapping::is_device() const {
    return path.starts_with("/dev/") && !path.starts_with("/dev/shm/") && !path.starts_with("/dev/zero");
}

Result<std::string> read_proc_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const auto code = errno == ENOENT || errno == ESRCH ? ErrorCode::NotFound : ErrorCode::Io;
        return Error{code, fmt::format("{}: {}", path, std::strerror(errno)), {}};
    }
    std::string text;
    for (;;) {
        char buffer[16384];
        const ssize_t size = ::read(file, buffer, sizeof(buffer));
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0 || text.size() > kMaxProcFile) {
            const int error = size < 0 ? errno : 0;
            ::close(file);
            if (error == 0) return text;
            const auto code = error == ESRCH ? ErrorCode::NotFound : ErrorCode::Io;
            return Error{code, fmt::format("{}: {}", path, std::strerror(error)), {}};
        }
        text.append(buffer, static_cast<std::size_t>(size));
    }
}

std::vector<ProcMapping> parse_mappings(std::string_view text) {
    std::vector<ProcMapping> mappings;
    for (const std::string_view line : lines_of(text)) {
        if (auto mapping = parse_mapping(std::string(line))) mappings.push_back(*std::move(mapping));
    }
    return mappings;
}

Result<std::vector<ProcMapping>> read_mappings(std::int64_t pid) {
    const auto text = read_proc_file(fmt::format("/proc/{}/maps", pid));
    if (!text) return text.error();
    return parse_mappings(*text);
}

Result<ProcStatus> read_status(std::int64_t pid) {
    const auto text = read_proc_file(fmt::format("/proc/{}/status", pid));
    if (!text) return text.error();
    ProcStatus status;
    for (const std::string_view line : lines_of(*text)) {
        const std::size_t colon = line.find(":\t");
        if (colon == std::string_view::npos) continue;
        const std::string_view key = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 2);
        if (key == "Name") status.name = value;
        if (key == "State" && !value.empty()) status.state = value.front();
        if (key == "Tgid") status.process_id = number_of(value);
        if (key == "PPid") status.parent = number_of(value);
        if (key == "TracerPid") status.tracer = number_of(value);
        if (key == "Uid") status.user = number_of(value);
    }
    return status;
}

std::vector<std::int64_t> list_tasks(std::int64_t pid) {
    std::vector<std::int64_t> tasks;
    const std::string path = fmt::format("/proc/{}/task", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
        const std::int64_t tid = std::atoll(entry->d_name);
        if (tid > 0) tasks.push_back(tid);
    }
    std::sort(tasks.begin(), tasks.end());
    return tasks;
}

bool has_ended(std::int64_t tid) {
    const auto status = read_status(tid);
    return !status || status->state == 'Z' || status->state == 'X';
}

std::int64_t living_task(std::int64_t pid) {
    if (!has_ended(pid)) return pid;
    const auto tasks = list_tasks(pid);
    const auto living = std::find_if_not(tasks.begin(), tasks.end(), has_ended);
    return living == tasks.end() ? pid : *living;
}

std::optional<std::string> read_task_name(std::int64_t pid, std::int64_t tid) {
    auto name = read_proc_file(fmt::format("/proc/{}/task/{}/comm", pid, tid));
    if (!name) return std::nullopt;
    if (name->ends_with('\n')) name->pop_back();
    return *std::move(name);
}

std::optional<BlockedCall> read_blocked_call(std::int64_t pid, std::int64_t tid) {
    const auto text = read_proc_file(fmt::format("/proc/{}/task/{}/syscall", pid, tid));
    if (!text) return std::nullopt;
    BlockedCall call;
    auto& a = call.arguments;
    const char* line = text->c_str();
    const int words = std::sscanf(
        line,
        "%" SCNd64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
        &call.number, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5], &call.sp.value, &call.pc.value);
    if (words == 9) return call;
    if (std::sscanf(line, "-1 %" SCNx64 " %" SCNx64, &call.sp.value, &call.pc.value) != 2) return std::nullopt;
    call.number = -1;
    call.arguments = {};
    return call;
}

std::optional<std::vector<std::string>> read_live_command_line(std::int64_t pid) {
    const auto text = read_proc_file(fmt::format("/proc/{}/cmdline", pid));
    if (!text || text->empty()) return std::nullopt;
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\0', begin), text->size());
        words.push_back(text->substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

}  // namespace pycore
