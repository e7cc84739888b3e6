// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Python frames of one thread state, grouped by activation of the evaluation loop.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "state/local_variable.h"

namespace pycore {

enum class FrameOwner { Thread, Generator, FrameObject, Interpreter, CStack, Unknown };

struct PythonFrame {
    Address address;                      // of the PyFrameObject (<= 3.10) or _PyInterpreterFrame
    std::optional<std::string> function;  // co_name
    std::optional<std::string> qualname;  // co_qualname, 3.11+
    std::optional<std::string> file;      // co_filename
    std::optional<std::string> module;    // dotted, by the process's own sys.path; nullopt: not asked or not found
    std::optional<std::int64_t> line;     // 1-based; nullopt: the instruction has no line
    std::optional<std::int64_t> column;   // 0-based UTF-8 byte offsets, 3.11+
    std::optional<std::int64_t> end_line;
    std::optional<std::int64_t> end_column;
    bool entry = false;  // the oldest frame of its activation
    FrameOwner owner = FrameOwner::Thread;
    std::vector<LocalVariable> locals;  // arguments first, in the order of the signature; empty if nobody asked
};

// The Python frames that one native activation of the evaluation loop runs. An activation whose
// frames are all hidden (incomplete) is kept: it still stands for a native frame.
struct Activation {
    // The block on the C stack that anchors it: _PyCFrame (3.10, 3.11) or shim frame (3.12+).
    std::optional<Address> anchor;
    // PyFrameObject that the native frame holds in a register or slot (<= 3.10).
    std::optional<Address> frame_object;
    std::vector<PythonFrame> frames;  // youngest first
};

enum class AttachStatus { Attached, Detached, Suspended, ShuttingDown, Unknown };

struct PythonThread {
    Address address;  // of the PyThreadState
    std::int64_t interpreter_id = 0;
    Address thread_id;                             // pthread_self()
    std::optional<std::int64_t> native_thread_id;  // 3.11+
    AttachStatus status = AttachStatus::Unknown;
    std::optional<bool> holds_gil_flag;  // what the thread state itself says, 3.12+
    std::optional<std::string> name;     // threading's name
    bool main = false;
    std::vector<Activation> activations;  // youngest first
    bool frames_complete = true;          // the chain was read to its end
};

}  // namespace pycore
