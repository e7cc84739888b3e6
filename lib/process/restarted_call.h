// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A thread that was stopped in a call with a timeout and runs on is afterwards in restart_syscall, whatever it waits
// for. The registers still hold the arguments of the call that goes on, which tell it.

#include <cstdint>

#include "process/registers.h"

namespace pycore {

// The number of the call that goes on; `number` itself, if it is another than restart_syscall's or the arguments are of
// no call that can be restarted so: a futex, poll, clock_nanosleep, nanosleep (set_restart_fn() in the kernel).
std::int64_t restarted_call(std::int64_t number, const Registers& registers);

}  // namespace pycore
