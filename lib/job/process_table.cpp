// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/process_table.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/parse_number.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxGroups = 100'000;  // below one control group

// 0: it is none.
std::int64_t process_id(std::string_view text) { return parse_number(text).value_or(0); }

std::vector<ProcessEntry> read_processes() {
    std::vector<ProcessEntry> entries;
    std::error_code failure;
    for (fs::directory_iterator entry("/proc", failure), end; !failure && entry != end; entry.increment(failure)) {
        const std::int64_t pid = process_id(entry->path().filename().string());
        const auto status = pid > 0 ? read_status(pid) : Error{};
        if (!status) continue;
        entries.push_back({pid, status->parent, status->user, status->state, status->name});
    }
    return entries;
}

void add_processes(const fs::path& group, std::set<std::int64_t>& pids) {
    const auto text = read_proc_file((group / "cgroup.procs").string());
    for (std::size_t begin = 0; text && begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        if (const std::int64_t pid = process_id(std::string_view(*text).substr(begin, end - begin))) pids.insert(pid);
        begin = end + 1;
    }
}

// Where a name out of /proc/PID/cgroup can lie: version 2 mounts all at one place, version 1 a tree a controller.
std::vector<fs::path> places_of_group(const std::string& path) {
    std::vector<fs::path> places = {path};
    const fs::path root = "/sys/fs/cgroup";
    const std::string below = path.substr(std::min(path.find_first_not_of('/'), path.size()));
    if (below.empty()) return places;
    places.push_back(root / below);
    std::error_code failure;
    for (fs::directory_iterator entry(root, failure), end; !failure && entry != end; entry.increment(failure)) {
        places.push_back(entry->path() / below);
    }
    return places;
}

}  // namespace

ProcessTable::ProcessTable(std::vector<ProcessEntry> entries) {
    for (ProcessEntry& entry : entries) {
        children_.emplace(entry.parent, entry.pid);
        entries_.emplace(entry.pid, std::move(entry));
    }
}

ProcessTable ProcessTable::read() { return ProcessTable(read_processes()); }

const ProcessEntry* ProcessTable::find(std::int64_t pid) const {
    const auto found = entries_.find(pid);
    return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::int64_t> ProcessTable::pids() const {
    std::vector<std::int64_t> pids;
    for (const auto& [pid, entry] : entries_) pids.push_back(pid);
    return pids;
}

// A table that is read while processes come and go may hold a circle; nobody is taken twice.
std::vector<std::int64_t> ProcessTable::tree(std::int64_t pid) const {
    std::vector<std::int64_t> tree;
    std::set<std::int64_t> seen;
    if (entries_.contains(pid) && seen.insert(pid).second) tree.push_back(pid);
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const auto [begin, end] = children_.equal_range(tree[i]);
        for (auto child = begin; child != end; ++child) {
            if (seen.insert(child->second).second) tree.push_back(child->second);
        }
    }
    return tree;
}

std::vector<std::int64_t> ProcessTable::ancestors(std::int64_t pid) const {
    std::vector<std::int64_t> ancestors;
    for (const ProcessEntry* entry = find(pid); entry != nullptr && ancestors.size() < entries_.size();) {
        entry = find(entry->parent);
        if (entry != nullptr) ancestors.push_back(entry->pid);
    }
    return ancestors;
}

Result<std::vector<std::int64_t>> read_cgroup(const std::string& path) {
    std::set<std::int64_t> pids;
    bool found = false;
    for (const fs::path& place : places_of_group(path)) {
        std::error_code failure;
        if (!fs::exists(place / "cgroup.procs", failure)) continue;
        found = true;
        add_processes(place, pids);
        std::size_t groups = 0;
        constexpr auto kSkip = fs::directory_options::skip_permission_denied;
        for (fs::recursive_directory_iterator entry(place, kSkip, failure), end;
             !failure && entry != end && groups < kMaxGroups; entry.increment(failure)) {
            if (!entry->is_directory(failure)) continue;
            ++groups;
            add_processes(entry->path(), pids);
        }
        if (!pids.empty()) break;
    }
    if (!found) {
        return Error{ErrorCode::NotFound,
                     "there is no such control group; /proc/PID/cgroup tells the one of a process, and its folder is "
                     "below /sys/fs/cgroup",
                     {}};
    }
    return std::vector<std::int64_t>(pids.begin(), pids.end());
}

}  // namespace pycore
