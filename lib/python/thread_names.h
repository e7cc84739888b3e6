// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// read_thread_names: what `threading` calls the threads of an interpreter: the dict `_active` of the
// module, {ident: Thread}, and the attribute `_name` of each.

#include <map>
#include <string>

#include "base/diagnostics.h"
#include "python/type_objects.h"

namespace pycore {

// Keyed by ident, which is pthread_self(). Empty where `threading` was never imported or is gone.
std::map<Address, std::string> read_thread_names(const Remote& remote, TypeObjects& types, Address interpreter,
                                                 Diagnostics& diagnostics);

}  // namespace pycore
