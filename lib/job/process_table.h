// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ProcessTable is all processes of the machine as they were when it was read, and which of them belong together.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pycore {

struct ProcessEntry {
    std::int64_t pid = 0;
    std::int64_t parent = 0;
    std::int64_t user = 0;
    char state = '?';
    std::string name;  // comm
};

class ProcessTable {
public:
    explicit ProcessTable(std::vector<ProcessEntry> entries);
    static ProcessTable read();

    const ProcessEntry* find(std::int64_t pid) const;
    std::vector<std::int64_t> pids() const;  // ascending
    // `pid` and all that descend from it, parents before children.
    std::vector<std::int64_t> tree(std::int64_t pid) const;
    // Its parent, the parent of that, and so on.
    std::vector<std::int64_t> ancestors(std::int64_t pid) const;

private:
    std::map<std::int64_t, ProcessEntry> entries_;
    std::multimap<std::int64_t, std::int64_t> children_;
};

// The processes of a control group and of those below it. `path` is a folder of the cgroup file system, or a name as
// /proc/PID/cgroup tells it ("/system.slice/x"). An Error says that there is none.
Result<std::vector<std::int64_t>> read_cgroup(const std::string& path);

}  // namespace pycore
