// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What is known of an interpreter, its GIL and the runtime that holds it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "state/python_frame.h"

namespace pycore {

enum class GilStatus { Held, Free, NotCreated, Disabled, Unknown };

// One GIL as memory has it; who holds and who waits is concluded in analysis/.
struct GilState {
    GilStatus status = GilStatus::Unknown;
    std::optional<AddressRange> range;   // of the _gil_runtime_state in use
    std::optional<Address> last_holder;  // PyThreadState; the holder only while Held
    std::optional<bool> enabled;         // free-threaded builds: whether the GIL is on
};

struct InterpreterState {
    Address address;
    std::int64_t id = 0;
    bool main = false;
    std::optional<bool> finalizing;
    std::optional<bool> gc_collecting;
    GilState gil;
};

struct RuntimeInfo {
    std::string implementation = "CPython";
    std::string version;  // "3.13.5", "3.15.0b1"
    std::uint32_t version_hex = 0;
    bool free_threaded = false;
    bool debug = false;         // Py_DEBUG
    std::string layout_source;  // "debug_offsets", "dwarf", "table"
    std::optional<Address> runtime_address;
    std::optional<std::string> located_by;  // "section", "symbol", "cookie", "thread_pointers"
    std::optional<std::string> module;
    std::optional<std::string> build_id;
    std::optional<bool> initialized;
    std::optional<bool> finalizing;
};

// A thread that is blocked on a Python lock object.
struct LockWait {
    Address thread_id;                       // pthread_self() of the blocked thread
    Address object;                          // the lock
    std::string type_name;                   // "_thread.lock", "_thread.RLock"
    std::optional<Address> owner_thread_id;  // of a reentrant lock; a plain one knows no owner
};

// Everything that the core says about Python.
struct PythonState {
    RuntimeInfo runtime;
    std::vector<InterpreterState> interpreters;  // main first
    std::vector<PythonThread> threads;
    std::vector<LockWait> lock_waits;
};

}  // namespace pycore
