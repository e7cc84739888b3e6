// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What the kernel lets us do with a process, asked by doing it: no rule book knows all of Yama, capabilities, user
// namespaces, dumpability, seccomp and security modules.

#include <cstdint>
#include <string>

namespace pycore {

struct AttemptedRights {
    int read = 0;  // errno of reading its memory (/proc/PID/mem); 0: it can be read
    int stop = 0;  // errno of PTRACE_SEIZE; 0: it can be stopped. It is not stopped for it.
};

AttemptedRights try_rights(std::int64_t pid);
// The same with a child of our own, which only a sandbox around us can forbid.
AttemptedRights try_rights_with_child();

// Of our effective set: CAP_SYS_PTRACE.
bool can_trace_everything();

// A line "Key:\tvalue" of a file of /proc; "" if it has none.
std::string status_value(const std::string& path, const std::string& key);

}  // namespace pycore
