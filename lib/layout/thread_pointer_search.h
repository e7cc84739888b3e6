// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The search that needs no file and no symbol: a PyThreadState holds pthread_self() of its thread,
// which is that thread's FS base. Where such a word stands at the right distance in a structure whose
// interpreter leads back to it, there is a thread state; the interpreter leads to _PyRuntime.

#include <span>

#include "layout/python_version.h"
#include "layout/versions.h"
#include "process/process_snapshot.h"

namespace pycore::layout {

struct RuntimeOfThreads {
    Address address;  // of _PyRuntime
    PythonVersion version;
    bool full_version = false;  // false: only the minor version is known, by the shape of structures
};

// CPython 3.8 to 3.12 or, if `self_describing`, later ones, which carry a cookie unless it is damaged. Thread
// states are looked for in `regions`.
std::optional<RuntimeOfThreads> search_by_thread_pointers(const ProcessSnapshot& process,
                                                          std::span<const MemoryRegion> regions, bool self_describing);

}  // namespace pycore::layout
