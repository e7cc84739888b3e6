// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What a thread that is blocked in a system call asked the kernel for (x86-64 numbers of
// arch/x86/entry/syscalls/syscall_64.tbl).

#include <optional>
#include <string>

#include "state/process_state.h"

namespace pycore {

// "clock_nanosleep"; "system call 999" for a number without a name here.
std::string system_call_name(std::int64_t number);

// For people: "read from file descriptor 3", "clock_nanosleep".
std::string describe_system_call(const SystemCall& call);

// The word that a thread sleeps on in futex(2): FUTEX_WAIT and its variants only.
std::optional<Address> blocking_futex(const ThreadState& thread);

}  // namespace pycore
