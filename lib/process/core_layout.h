// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The program headers of a kernel's core check each other: the segments stand one right behind the
// other, in the order of the table and mostly of their addresses. A header with a damaged field
// does not fit between its neighbours. Read as it stands it would show the bytes of one address at
// another; so its field is put right where the neighbours leave one value only, and its memory counts
// as absent where they do not.

#include "base/diagnostics.h"
#include "process/core_headers.h"

namespace pycore {

// A table of another habit (gdb's, or one most of whose neighbours do not touch) is left as it is, but
// for addresses that no process has.
void repair_layout(CoreHeaders& headers, std::span<const std::byte> file, Diagnostics& diagnostics);

}  // namespace pycore
