// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// capture_process makes one instant of a running process. What it has to read is found by reading it (`walk`,
// the same code that reads cores) while the process runs on; then all of that is read once more, at one
// instant: without stopping anybody if the kernel's counts prove that no thread ran meanwhile, else with all
// threads stopped for some milliseconds.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freeze/thread_stop.h"
#include "process/live_process.h"

namespace pycore {

enum class Consistency {
    Quiescent,  // one instant: nothing ran while it was read
    Stopped,    // one instant: all threads were stopped
    Partial,    // the pause ended before all was read, or threads could not be stopped
};
std::string_view to_string(Consistency consistency);

inline constexpr auto kDefaultMaxPause = std::chrono::milliseconds(20);

// The signal that is about to end the process.
struct CrashSignal {
    std::int64_t tid = 0;  // of the thread that takes it
    std::string info;      // bytes of siginfo_t
};

// Of a process that we trace ourselves already: how to stop its threads, and how to let them run on.
struct OwnTrace {
    std::function<std::vector<StoppedThread>()> hold;
    std::function<void()> release;
    std::optional<CrashSignal> crash;  // it stands still for it, and will never run on
};

enum class Level {
    Mini,  // what answers are made of
    Heap,  // and the objects of Python
    Full,  // and all private and all anonymous memory that is written to
};
std::string_view to_string(Level level);

struct CaptureOptions {
    Level level = Level::Mini;
    FileSearch search;
    std::chrono::nanoseconds max_pause = kDefaultMaxPause;
    bool always_stop = false;
    bool never_stop = false;
    bool note_reads = false;  // by the last walk: LivePages::noted_reads()
    // Called when a stop begins and after it has ended: a watchdog looks at it.
    std::function<void(bool stopped)> on_stop = [](bool) {};
    std::optional<OwnTrace> own_trace;
};

struct Capture {
    LiveProcess process;  // its memory is what was read; nothing more is
    Consistency consistency = Consistency::Partial;
    bool stopped = false;
    std::chrono::nanoseconds pause{0};
    int attempts = 0;
    std::vector<StoppedThread> threads;  // ascending by tid, with registers; empty if nobody was stopped
    Level level = Level::Mini;
    std::uint64_t missed_reads = 0;  // of the last walk: pages that nobody had foreseen
    bool has_losses = false;         // told the last walk
    std::optional<CrashSignal> crash;
};

// What a walk tells of what else to look at.
struct WalkResult {
    // The runtime was found by a search through memory: it is forgotten what that looked at.
    std::optional<RuntimeHint> searched;
    // C stacks could be followed by guesses only: what the kernel tells of a thread that sleeps, pc and sp, is not
    // enough where code keeps its frames by other registers, and those are only had of a thread that stands still.
    bool needs_registers = false;
    bool has_losses = false;  // something could not be read
};

// Called several times; what the last call saw is what was captured.
using Walk = std::function<WalkResult(const LiveProcess&)>;
// Where the objects of Python lie, after a walk (Level::Heap).
using FindHeap = std::function<std::vector<AddressRange>(const LiveProcess&)>;

Result<Capture> capture_process(std::int64_t pid, const CaptureOptions& options, const Walk& walk,
                                const FindHeap& find_heap, Diagnostics& diagnostics);

}  // namespace pycore
