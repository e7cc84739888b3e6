// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ProcessState is the waist: everything that was read of a process, as plain values. The reading
// wing fills it; analyses and reports know nothing else.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/boxed.h"
#include "base/diagnostics.h"
#include "state/interpreter_state.h"
#include "state/native_frame.h"
#include "state/python_frame.h"
#include "state/thrown_exception.h"

namespace pycore {

struct SourceInfo {
    std::string kind = "core";
    std::string path;
    std::string architecture = "x86_64";
    std::string producer = "unknown";
    std::optional<std::string> time = {};  // when the picture was taken, UTC, "2026-11-21T15:04:05.123456Z"
};

struct SignalState {
    std::int64_t number = 0;
    std::string name;                 // "SIGSEGV"
    std::optional<std::string> code;  // "SEGV_MAPERR"
    std::optional<Address> address;
    std::optional<std::int64_t> sender_pid;
};

// A process's place in a job of many, as its launcher told it.
struct JobPlace {
    std::optional<std::int64_t> rank;
    std::optional<std::int64_t> world_size;
    std::optional<std::string> host;
    std::optional<std::string> job;  // "1234.0": Slurm's job and step; else what the launcher calls it
    bool operator==(const JobPlace&) const = default;
};

struct ProcessInfo {
    std::optional<std::int64_t> pid;
    std::optional<std::int64_t> ppid;
    std::optional<std::int64_t> uid;
    std::optional<std::string> executable;
    std::optional<std::vector<std::string>> command_line;
    std::optional<SignalState> signal;
    JobPlace job_place = {};
    // Where `signal` was raised anew by a handler (faulthandler, a crash reporter): the one that it handled.
    std::optional<SignalState> first_signal = {};
    // Packages with extension modules that do not come with Python: "numpy", sorted.
    std::vector<std::string> extensions = {};
    std::optional<std::string> abort_message = {};  // the C library's last words: an assertion, a broken heap
};

// What a snapshot of pycore's own says of how it was made.
struct SnapshotInfo {
    std::string level;        // "mini", "heap", "full"
    std::string consistency;  // "quiescent", "stopped", "partial"
    bool stopped = false;
    std::int64_t pause_ns = 0;
    bool redacted = false;
    std::string time;  // UTC
    std::string host;
    std::map<std::string, std::uint64_t> left_out;  // bytes of the process that are not in it, by reason
};

struct ModuleInfo {
    std::string path;
    Address base;
    AddressRange range;
    std::optional<std::string> build_id;
    std::optional<std::string> found;
    std::string match;  // "build_id", "mismatch", "missing", "unverified"
};

// One frame of a merged stack: a Python frame, or a physical native frame with what was inlined.
struct MergedFrame {
    enum class Kind { Python, Native } kind = Kind::Native;
    Boxed<PythonFrame> python;
    Boxed<NativeFrame> native;
    std::int64_t interpreter_id = 0;  // of a Python frame
    bool uncertain = false;           // lies in a span that could not be anchored
    bool plumbing = false;            // machinery of the interpreter, its start-up or of libc's threads
    bool crash_site = false;
};

enum class MergeStatus { Anchored, Partial, PythonOnly, NativeOnly };

struct MergedStack {
    std::vector<MergedFrame> frames;  // most recent call last
    MergeStatus status = MergeStatus::NativeOnly;
};

struct Wait {
    std::string kind;  // "gil", "lock", "futex", "syscall"
    std::string what;  // for people: "the GIL of interpreter 0", "clock_nanosleep"
    std::optional<Address> address;
    std::optional<std::int64_t> owner_tid;
};

// What a blocked thread was asking the kernel for.
struct SystemCall {
    std::int64_t number = 0;
    std::array<std::uint64_t, 6> arguments{};
};

// A thread of the process: its LWP, its thread states (one per interpreter it entered, mostly one,
// none for a thread that Python does not know) and its C stack.
struct ThreadState {
    std::int64_t tid = 0;  // 0: a thread state whose LWP is not in the core
    std::optional<std::string> os_name;
    Address thread_pointer;
    Address sp;
    std::optional<SystemCall> system_call;
    std::vector<PythonThread> python;
    std::optional<LockWait> lock_wait;
    NativeStack native;
    // Conclusions, filled by analysis/:
    bool crashed = false;
    bool main = false;
    bool holds_gil = false;
    bool waiting_for_gil = false;
    std::optional<Wait> wait;
    MergedStack stack;
};

struct GilOwnership {
    std::int64_t interpreter_id = 0;
    std::optional<std::int64_t> holder_tid;
    std::vector<std::int64_t> waiting_tids;  // ascending
};

struct CrashCause {
    std::string title;   // "segmentation fault in matmul, reading 0x8"
    std::string reason;  // machine word: "segv", "abort", "fatal_error", "oom", "dumped_alive", ...
    std::optional<std::int64_t> thread;
    std::optional<std::string> address_class;  // "null", "stack_guard", "unmapped", "code", ...
    std::vector<std::string> evidence;
    std::optional<std::string> exception = {};  // the type of the one that nobody caught: "std::runtime_error"
    std::optional<std::string> message = {};    // what the program said of it
};

struct ProcessState {
    SourceInfo source;
    ProcessInfo process;
    std::optional<RuntimeInfo> runtime;  // nullopt: no Python in the process
    std::vector<InterpreterState> interpreters;
    std::vector<ThreadState> threads;  // crashed, GIL holder, main, the others by tid
    std::vector<ModuleInfo> modules;
    std::uint64_t mapped_bytes = 0;
    std::uint64_t present_bytes = 0;
    std::optional<SnapshotInfo> snapshot;
    ExceptionState exception = {};                // of the crashed thread; the cause tells what of it counts
    std::optional<std::string> fatal_error = {};  // what Py_FatalError() was told: "drop_gil: GIL is not locked"
    std::set<std::string> silent_files;           // of this machine: opening one would block
    std::map<std::string, std::string> sources;   // texts that came with the dump, by co_filename
    std::uint64_t touched_bytes = 0;              // of the dump: looked at to tell all this
    // Conclusions:
    std::vector<GilOwnership> gil_ownership;  // one per interpreter, in their order
    std::optional<CrashCause> cause;
    std::vector<Diagnostic> diagnostics;
};

}  // namespace pycore
