// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "facade/describe_process.h"

#include <set>
#include <utility>

#include "analysis/frame_names.h"
#include "process/abort_message.h"
#include "process/handled_signal.h"
#include "process/job_variables.h"
#include "process/signal_names.h"
#include "process/snapshot_manifest.h"

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

std::optional<SystemCall> system_call_of(const Registers& registers) {
    if (!registers.system_call) return std::nullopt;
    const auto& r = registers.general;
    return SystemCall{*registers.system_call, {r[kRdi], r[kRsi], r[kRdx], r[kR10], r[kR8], r[kR9]}};
}

}  // namespace

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

}  // namespace pycore
