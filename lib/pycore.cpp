// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "pycore.h"

#include <algorithm>
#include <set>
#include <utility>

#include "facade/read_snapshot.h"
#include "memory/counting_memory.h"
#include "process/core_process.h"
#include "process/file_probe.h"
#include "process/proc_files.h"
#include "process/snapshot_manifest.h"
#include "python/heap_ranges.h"
#include "python/read_python.h"
#include "state/merged_frames.h"

namespace pycore {
namespace {

void tell_torn(bool stopped, Diagnostics& diagnostics) {
    const char* why =
        stopped ? "not all of it could be read while all threads stood still" : "its threads ran while it was read";
    diagnostics.warn({ErrorCode::Absent, std::string("the picture is not of one instant: ") + why, {}});
}

bool has_guessed_stacks(const ProcessState& state) {
    bool guessed = std::any_of(state.threads.begin(), state.threads.end(),
                               [](const ThreadState& thread) { return thread.native.end != UnwindEnd::Complete; });
    for_each_native_frame(state, [&](const NativeFrame& frame) { guessed = guessed || frame.recovered; });
    return guessed;
}

void tell_guesses(const ProcessState& state, Diagnostics& diagnostics) {
    if (!has_guessed_stacks(state)) return;
    diagnostics.warn(
        {ErrorCode::NotFound,
         "C stacks may lack frames: of threads that nobody stopped only pc and sp are known, and their code "
         "keeps its frames by other registers",
         {}});
}

std::optional<RuntimeHint> hint_of(const ProcessState& state) {
    if (!state.runtime || !state.runtime->runtime_address || !state.runtime->located_by) return std::nullopt;
    const std::string& how = *state.runtime->located_by;
    if (how != "cookie" && how != "thread_pointers") return std::nullopt;
    return RuntimeHint{*state.runtime->runtime_address, state.runtime->version, how};
}

HeapSource heap_source(const LiveProcess& process) {
    HeapSource source;
    for (const ProcMapping& mapping : process.mappings) {
        const bool is_private = mapping.readable && mapping.writable && !mapping.shared;
        const bool is_anonymous = mapping.path.empty() || mapping.path.starts_with("[anon");
        if (is_private && mapping.path == "[heap]") source.libc.push_back(mapping.range);
        if (!is_private || !is_anonymous) continue;
        for (const AddressRange& run : process.pages->resident(mapping.range)) source.memory.push_back(run);
    }
    source.peek = [pages = process.pages](Address address, std::span<std::byte> out) {
        return pages->peek(address, out);
    };
    return source;
}

// Sources are read for reports: not from a file system that hangs, as the process itself may for its sake.
std::set<std::string> find_silent_sources(const ProcessState& state, std::int64_t pid, Diagnostics& diagnostics) {
    std::set<std::string> paths;
    for_each_python_frame(state, [&](const PythonFrame& frame) {
        if (frame.file && frame.file->starts_with('/')) paths.insert(*frame.file);
    });
    return find_silent_files(pid, paths, diagnostics);
}

}  // namespace

Result<ProcessState> read_process(const std::string& path, const ReadOptions& options) {
    Diagnostics diagnostics;
    const auto core = open_core_file(path, diagnostics);
    if (!core) return core.error();
    auto reading = read_core(*core, options, diagnostics);
    if (!reading) return std::move(reading).error();
    return std::move(reading->state);
}

Result<CoreReading> read_core(const CoreFile& core, const ReadOptions& options, Diagnostics& diagnostics) {
    auto process = open_core(core, options.search, diagnostics);
    if (!process) return std::move(process).error();
    std::shared_ptr<const CountingMemory> counting;
    if (options.count_touched) process->memory = counting = std::make_shared<CountingMemory>(process->memory);
    ProcessState state = read_snapshot(*process, options, diagnostics);
    if (counting) state.touched_bytes = counting->touched_bytes();
    const std::string how = process->manifest ? process->manifest->consistency : "";
    if (how == to_string(Consistency::Quiescent)) tell_guesses(state, diagnostics);
    if (how == to_string(Consistency::Partial)) tell_torn(process->manifest->stopped, diagnostics);
    state.diagnostics = diagnostics.entries();
    return CoreReading{*std::move(process), std::move(state)};
}

Result<LiveReading> read_live_process(std::int64_t pid, const ReadOptions& read, const CaptureOptions& options) {
    ProcessState state;
    Diagnostics of_walk;
    ReadOptions in_root = read;  // debug files are where the process has them, too
    if (in_root.search.sysroot.empty()) in_root.search.sysroot = root_of(living_task(pid));
    const Walk walk = [&](const LiveProcess& live) {
        const ProcessSnapshot& process = live.snapshot;
        of_walk = {};  // what was torn is read again
        in_root.around_locals = [&](bool begins) { live.pages->count_misses(!begins); };
        state = read_snapshot(process, in_root, of_walk);
        return WalkResult{process.runtime_hint ? std::nullopt : hint_of(state), has_guessed_stacks(state),
                          of_walk.has_losses()};
    };
    const FindHeap find_heap = [&](const LiveProcess& process) {
        return state.runtime ? find_heap_ranges(*state.runtime, heap_source(process)) : std::vector<AddressRange>{};
    };
    CaptureOptions with_search = options;
    with_search.search = in_root.search;
    Diagnostics diagnostics;
    auto capture = capture_process(pid, with_search, walk, find_heap, diagnostics);
    if (!capture) return std::move(capture).error();
    if (capture->consistency == Consistency::Partial) tell_torn(capture->stopped, diagnostics);
    if (capture->consistency == Consistency::Quiescent) tell_guesses(state, diagnostics);
    state.silent_files = find_silent_sources(state, capture->process.task, diagnostics);
    state.present_bytes = capture->process.snapshot.present_bytes;
    state.diagnostics = diagnostics.entries();
    for (Diagnostic& diagnostic : of_walk.entries()) state.diagnostics.push_back(std::move(diagnostic));
    return LiveReading{*std::move(capture), std::move(state)};
}

Result<bool> holds_python(std::int64_t pid, const ReadOptions& read) {
    Diagnostics unused;
    const auto process = open_live_process(pid, read.search, unused);
    if (!process) return process.error();
    PythonReadOptions only_runtime;
    only_runtime.frames = false;
    only_runtime.search = read.search;
    const auto python = read_python(process->snapshot, only_runtime, unused);
    if (!python) return python.error().code != ErrorCode::NotFound;  // else one that we cannot read
    // What only thread pointers lead to may be anything; nothing is damaged in a process that lives.
    return python->runtime.located_by != "thread_pointers";
}

std::string_view version() { return PYCORE_VERSION; }

}  // namespace pycore
