// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The C++ exception that a thread handles. The C++ runtime keeps the innermost one of each thread, and takes one that
// nobody catches for caught before it calls std::terminate(): so this is what it names when it says "terminate called
// after throwing an instance of".

#include <span>

#include "process/process_snapshot.h"
#include "state/thrown_exception.h"

namespace pycore {

// `with_text`: also what it says, which may be anybody's data.
ExceptionState read_cxx_exception(const ProcessSnapshot& process, const Thread& thread, bool with_text);

}  // namespace pycore
