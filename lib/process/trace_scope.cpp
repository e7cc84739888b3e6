// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/trace_scope.h"

#include "process/proc_files.h"

namespace pycore {

std::optional<TraceScope> read_trace_scope() {
    const auto text = read_proc_file("/proc/sys/kernel/yama/ptrace_scope");
    const char level = text && !text->empty() ? text->front() : '\0';
    return level >= '0' && level <= '3' ? std::optional(static_cast<TraceScope>(level - '0')) : std::nullopt;
}

std::optional<std::string> refusal_of(TraceScope scope, bool is_root) {
    if (scope == TraceScope::Nobody) {
        return "this machine forbids reading other processes for good (kernel.yama.ptrace_scope is 3)";
    }
    if (is_root || scope == TraceScope::Everyone) return std::nullopt;
    if (scope == TraceScope::Root) {
        return "this machine lets only root read a process (kernel.yama.ptrace_scope is 2); run pycore as root";
    }
    return "this machine lets only parents and root read a process (kernel.yama.ptrace_scope is 1); run pycore as "
           "root, "
           "or start the program with `pycore run -- COMMAND`";
}

}  // namespace pycore
