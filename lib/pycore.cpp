// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "pycore.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

#include "analysis/conclude.h"
#include "analysis/frame_names.h"
#include "memory/counting_memory.h"
#include "native/stack_losses.h"
#include "native/symbolizer.h"
#include "native/unwinder.h"
#include "process/abort_message.h"
#include "process/core_process.h"
#include "process/file_probe.h"
#include "process/handled_signal.h"
#include "process/signal_names.h"
#include "process/snapshot_manifest.h"
#include "python/heap_ranges.h"
#include "python/read_python.h"
#include "state/merged_frames.h"

namespace pycore {
namespace {

std::string_view to_string(ModuleMatch match) {
    switch (match) {
        case ModuleMatch::BuildId: return "build_id";
        case ModuleMatch::Mismatch: return "mismatch";
        case ModuleMatch::Missing: return "missing";
        case ModuleMatch::Unverified: return "unverified";
    }
    return "missing";
}

std::optional<SignalState> signal_state(const std::optional<SignalInfo>& signal) {
    if (!signal) return std::nullopt;
    SignalState state{signal->number, signal_name(signal->number), {}, signal->fault_address, signal->sender_pid};
    if (signal->code)
        state.code = signal_code_name(signal->number, *signal->code).value_or(std::to_string(*signal->code));
    return state;
}

// Several of Slurm's nodes may be one machine, so that a node's name says more than a host's.
JobPlace job_place(const ProcessSnapshot& process) {
    JobVariables told = read_job_variables(process.environment);
    return {told.rank, told.world_size, told.node ? told.node : process.host, std::move(told.job)};
}

// Extension modules carry the tag of their ABI in their names, outside of the folder of Python's own.
std::vector<std::string> extension_packages(const std::vector<Module>& modules) {
    std::set<std::string> packages;
    for (const Module& module : modules) {
        const bool tagged = module.path.find(".cpython-") != std::string::npos || module.path.ends_with(".abi3.so");
        if (!tagged || module.path.find("/lib-dynload/") != std::string::npos) continue;
        const std::string name = native_module_name(module.path, false);
        packages.insert(name.substr(0, name.find('.')));
    }
    return {packages.begin(), packages.end()};
}

SnapshotInfo snapshot_info(const SnapshotManifest& manifest) {
    return {manifest.level,    manifest.consistency, manifest.stopped, manifest.pause_ns,
            manifest.redacted, manifest.time,        manifest.host,    manifest.left_out};
}

void describe_process(const ProcessSnapshot& process, ProcessState& state) {
    state.source = {process.source_kind, process.source_path, process.architecture, process.producer, process.time};
    state.process = {process.pid,        process.ppid,         process.uid,
                     process.executable, process.command_line, signal_state(process.signal),
                     job_place(process)};
    state.process.abort_message = read_abort_message(process);
    state.process.extensions = extension_packages(process.modules);
    state.mapped_bytes = process.mapped_bytes;
    state.present_bytes = process.present_bytes;
    if (process.manifest) state.snapshot = snapshot_info(*process.manifest);
    for (const Module& module : process.modules) {
        state.modules.push_back({module.path, module.range.begin, module.range, module.build_id, module.found_path,
                                 std::string(to_string(module.match))});
    }
}

std::optional<SystemCall> system_call_of(const Registers& registers) {
    if (!registers.system_call) return std::nullopt;
    const auto& r = registers.general;
    return SystemCall{*registers.system_call, {r[kRdi], r[kRsi], r[kRdx], r[kR10], r[kR8], r[kR9]}};
}

void list_threads(const ProcessSnapshot& process, ProcessState& state) {
    state.threads.reserve(process.threads.size());
    for (const Thread& thread : process.threads) {
        ThreadState entry;
        entry.tid = thread.tid;
        entry.thread_pointer = thread.registers.thread_pointer;
        entry.sp = thread.registers.sp();
        entry.system_call = system_call_of(thread.registers);
        entry.crashed = process.crashed_tid == thread.tid;
        entry.main = process.pid == thread.tid;
        if (!thread.name.empty()) entry.os_name = thread.name;
        if (entry.main) entry.os_name = process.short_name;
        state.threads.push_back(std::move(entry));
    }
}

bool has_state_of(const ThreadState& thread, std::int64_t interpreter_id) {
    return std::any_of(thread.python.begin(), thread.python.end(),
                       [&](const PythonThread& python) { return python.interpreter_id == interpreter_id; });
}

// The LWP of a thread state: by thread pointer, which every version has, else by its own word, if that thread has
// no state yet.
ThreadState* thread_of(const PythonThread& python, std::vector<ThreadState>& threads) {
    const auto same_pointer = [&](const ThreadState& thread) {
        return thread.thread_pointer == python.thread_id && python.thread_id;
    };
    auto found = std::find_if(threads.begin(), threads.end(), same_pointer);
    if (found == threads.end() && python.native_thread_id) {
        found = std::find_if(threads.begin(), threads.end(), [&](const ThreadState& thread) {
            return thread.tid == *python.native_thread_id && !has_state_of(thread, python.interpreter_id);
        });
    }
    return found == threads.end() ? nullptr : &*found;
}

void attach_python_threads(std::vector<PythonThread> pythons, ProcessState& state, Diagnostics& diagnostics) {
    std::vector<ThreadState> without_lwp;
    for (PythonThread& python : pythons) {
        if (ThreadState* thread = thread_of(python, state.threads)) {
            thread->main = thread->main || (python.main && !state.process.pid);
            thread->python.push_back(std::move(python));
            continue;
        }
        diagnostics.warn({ErrorCode::NotFound,
                          "thread state " + to_string(python.address) + " belongs to no thread of the core",
                          python.address});
        ThreadState orphan;
        orphan.tid = python.native_thread_id.value_or(0);
        orphan.main = python.main;
        orphan.python.push_back(std::move(python));
        without_lwp.push_back(std::move(orphan));
    }
    std::move(without_lwp.begin(), without_lwp.end(), std::back_inserter(state.threads));
}

Result<void> read_python_side(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                              Diagnostics& diagnostics) {
    auto python =
        read_python(process, {options.depth == ReadDepth::Stacks, options.import_names, options.search}, diagnostics);
    if (!python) return std::move(python).error();
    state.runtime = std::move(python->runtime);
    state.interpreters = std::move(python->interpreters);
    attach_python_threads(std::move(python->threads), state, diagnostics);
    std::unordered_map<Address, const LockWait*> waits;
    for (const LockWait& wait : python->lock_waits) waits.emplace(wait.thread_id, &wait);
    for (ThreadState& thread : state.threads) {
        if (const auto wait = waits.find(thread.thread_pointer); wait != waits.end()) thread.lock_wait = *wait->second;
    }
    return {};
}

std::vector<Address> anchors_of(const ThreadState& thread) {
    std::vector<Address> anchors;
    for (const PythonThread& python : thread.python) {
        for (const Activation& activation : python.activations) {
            if (activation.anchor) anchors.push_back(*activation.anchor);
        }
    }
    std::sort(anchors.begin(), anchors.end());
    return anchors;
}

constexpr std::size_t kMostNativeFrames = 1'000'000;  // of all threads

void find_candidates(const ProcessSnapshot& process, ThreadState& thread) {
    std::vector<const PythonThread*> pythons;
    for (const PythonThread& python : thread.python) pythons.push_back(&python);
    find_frame_candidates(process, pythons, thread.native.frames);
}

void read_native_side(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state,
                      Diagnostics& diagnostics) {
    Unwinder unwinder(process);
    Symbolizer symbolizer(process, {options.native_lines, options.search}, diagnostics);
    StackLosses losses(process);
    std::unordered_map<std::int64_t, const Thread*> by_tid;
    for (const Thread& thread : process.threads) by_tid.emplace(thread.tid, &thread);
    std::size_t frames = 0;
    for (ThreadState& state_thread : state.threads) {
        const auto thread = by_tid.find(state_thread.tid);
        if (thread == by_tid.end()) continue;
        if (frames > kMostNativeFrames && !state_thread.crashed) {
            state_thread.native = {{}, UnwindEnd::Limit, "the C stacks of this process are more than pycore follows"};
            losses.add_unfollowed();
            continue;
        }
        state_thread.native = unwinder.unwind(*thread->second, anchors_of(state_thread));
        symbolizer.symbolize(state_thread.native);
        find_candidates(process, state_thread);
        frames += state_thread.native.frames.size();
        losses.add(state_thread.native, state_thread.tid, diagnostics);
    }
    losses.tell(diagnostics);
}

// A signal that the process sent itself out of a handler of the same signal is the first one told again. What the
// thread was doing then is what it does: it is in the call that sent the second one only since.
void find_first_signal(const ProcessSnapshot& process, ProcessState& state) {
    if (!state.process.signal || !state.process.signal->sender_pid) return;
    for (ThreadState& thread : state.threads) {
        if (!thread.crashed) continue;
        for (const NativeFrame& frame : thread.native.frames) {
            if (!frame.is_signal_trampoline) continue;
            state.process.first_signal =
                signal_state(read_handled_signal(*process.memory, frame.sp, process.signal->number));
            if (const auto call = read_interrupted_call(*process.memory, frame.sp)) {
                thread.system_call = SystemCall{call->number, call->arguments};
            }
            return;
        }
    }
}

// Of the files that the Python frames name, those that the bundle has.
void take_sources(const ProcessSnapshot& process, ProcessState& state) {
    constexpr std::uint64_t kMaxTotal = 256 << 20;  // bytes
    std::uint64_t total = 0;
    for_each_python_frame(state, [&](const PythonFrame& frame) {
        if (!frame.file || state.sources.contains(*frame.file)) return;
        const auto text = process.bundle->find(member_of_path(*frame.file));
        if (!text || text->size() > kMaxTotal - total) return;
        total += text->size();
        state.sources.emplace(*frame.file, std::string(reinterpret_cast<const char*>(text->data()), text->size()));
    });
}

ProcessState read_snapshot(const ProcessSnapshot& process, ReadOptions options, Diagnostics& diagnostics) {
    options.search.bundle = process.bundle;
    ProcessState state;
    describe_process(process, state);
    list_threads(process, state);
    if (options.depth >= ReadDepth::Python) {
        if (auto done = read_python_side(process, options, state, diagnostics); !done) diagnostics.warn(done.error());
    }
    if (options.depth == ReadDepth::Stacks && options.native) read_native_side(process, options, state, diagnostics);
    find_first_signal(process, state);
    conclude(state);
    if (process.bundle) take_sources(process, state);
    return state;
}

void tell_consistency(const Capture& capture, Diagnostics& diagnostics) {
    if (capture.consistency != Consistency::Partial) return;
    const char* why = capture.stopped ? "not all of it could be read while all threads stood still"
                                      : "its threads ran while it was read";
    diagnostics.warn({ErrorCode::Absent, std::string("the picture is not of one instant: ") + why, {}});
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
    state.diagnostics = diagnostics.entries();
    return CoreReading{*std::move(process), std::move(state)};
}

Result<LiveReading> read_live_process(std::int64_t pid, const ReadOptions& read, const CaptureOptions& options) {
    ProcessState state;
    Diagnostics of_walk;
    const Walk walk = [&](const ProcessSnapshot& process) {
        of_walk = {};  // what was torn is read again
        state = read_snapshot(process, read, of_walk);
        return WalkResult{process.runtime_hint ? std::nullopt : hint_of(state)};
    };
    const FindHeap find_heap = [&](const LiveProcess& process) {
        return state.runtime ? find_heap_ranges(*state.runtime, heap_source(process)) : std::vector<AddressRange>{};
    };
    CaptureOptions with_search = options;
    with_search.search = read.search;
    Diagnostics diagnostics;
    auto capture = capture_process(pid, with_search, walk, find_heap, diagnostics);
    if (!capture) return std::move(capture).error();
    tell_consistency(*capture, diagnostics);
    state.silent_files = find_silent_sources(state, pid, diagnostics);
    state.present_bytes = capture->process.snapshot.present_bytes;
    state.diagnostics = diagnostics.entries();
    for (Diagnostic& diagnostic : of_walk.entries()) state.diagnostics.push_back(std::move(diagnostic));
    return LiveReading{*std::move(capture), std::move(state)};
}

Result<bool> holds_python(std::int64_t pid, const ReadOptions& read) {
    Diagnostics unused;
    const auto process = open_live_process(pid, read.search, unused);
    if (!process) return process.error();
    const auto python = read_python(process->snapshot, {false, false, read.search}, unused);
    if (!python) return python.error().code != ErrorCode::NotFound;  // else one that we cannot read
    // What only thread pointers lead to may be anything; nothing is damaged in a process that lives.
    return python->runtime.located_by != "thread_pointers";
}

std::string_view version() { return PYCORE_VERSION; }

}  // namespace pycore
