// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The last words of the C library: glibc keeps what it printed before it called abort() in __abort_msg, for
// exactly this purpose (assert/assert.c, sysdeps/posix/libc_fatal.c).

#include <optional>
#include <string>

#include "process/process_snapshot.h"

namespace pycore {

// "python3: matrix.c:42: solve: Assertion `n > 0' failed.", without the line break at its end. nullopt: the C
// library said nothing, is another one, or its file is not here.
std::optional<std::string> read_abort_message(const ProcessSnapshot& process);

}  // namespace pycore
