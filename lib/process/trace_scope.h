// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Whom Yama lets read other processes (kernel.yama.ptrace_scope, Documentation/admin-guide/LSM/Yama.rst).

#include <optional>
#include <string>

namespace pycore {

enum class TraceScope {
    Everyone = 0,  // their own processes, as where there is no Yama
    Parents = 1,   // their children, and those that named them by prctl(PR_SET_PTRACER)
    Root = 2,      // CAP_SYS_PTRACE only
    Nobody = 3,
};

// nullopt: the kernel has no Yama.
std::optional<TraceScope> read_trace_scope();

// Why one without rights, or root, is refused by it, with the way out; nullopt: it does not refuse.
std::optional<std::string> refusal_of(TraceScope scope, bool is_root);

}  // namespace pycore
