// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How this Python was built, as sys.abiflags says it: "d" for Py_DEBUG, "t" for free-threaded.

#include <string>

#include "python/type_objects.h"

namespace pycore {

// nullopt where sys is not there: before it is made, or after it is torn down.
std::optional<std::string> read_abi_flags(const Remote& remote, TypeObjects& types, Address interpreter);

}  // namespace pycore
