// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/read_python.h"

#include "layout/find_version.h"
#include "layout/locate_runtime.h"
#include "python/build_flags.h"
#include "python/import_names.h"
#include "python/interpreters.h"
#include "python/locals.h"
#include "python/lock_waits.h"
#include "python/lost_threads.h"
#include "python/thread_names.h"
#include "python/threads.h"

namespace pycore {
namespace {

std::optional<bool> read_flag(const Remote& remote, Address runtime, layout::Offset offset) {
    const auto value = read_field<std::int32_t>(remote, runtime, offset, "");
    return value ? std::optional(*value != 0) : std::nullopt;
}

RuntimeInfo describe(const layout::Runtime& runtime, const Remote& remote) {
    RuntimeInfo info;
    info.version = to_string(runtime.version);
    info.version_hex = to_hex(runtime.version);
    info.free_threaded = runtime.free_threaded;
    info.layout_source = runtime.layout_source;
    info.runtime_address = runtime.address;
    info.located_by = runtime.located_by;
    if (runtime.module != nullptr) {
        info.module = runtime.module->path;
        info.build_id = runtime.module->build_id;
    }
    info.initialized = read_flag(remote, runtime.address, remote.layout.runtime_state.initialized);
    if (auto thread = read_pointer_field(remote, runtime.address, remote.layout.runtime_state.finalizing, "")) {
        info.finalizing = static_cast<bool>(*thread);
    }
    return info;
}

// By what `sys` says of itself, else by the name of the file: python3.13d, libpython3.13d.so.1.0.
bool is_debug_build(const Remote& remote, TypeObjects& types, const PythonState& state) {
    if (!state.interpreters.empty()) {
        const auto flags = read_abi_flags(remote, types, state.interpreters.front().address);
        if (flags) return flags->find('d') != std::string::npos;
    }
    return state.runtime.module && layout::names_debug_build(*state.runtime.module);
}

// Pages that no process has written to are left out of a core and come from the module's file. Python writes to
// its runtime as it starts: one that only the file holds is not that of this process.
void tell_unwritten_runtime(const ProcessSnapshot& process, Address runtime, Diagnostics& diagnostics) {
    for (const MemoryRegion& region : process.memory->regions()) {
        if (!region.range.contains(runtime) || runtime < region.range.begin + region.present_bytes) continue;
        diagnostics.warn({ErrorCode::Absent,
                          "the memory of the interpreter (_PyRuntime at " + to_string(runtime) +
                              ") is not in the core; its threads cannot be told",
                          runtime});
    }
}

// By the lists of the interpreters, and where one of those is torn, by thread pointers.
void read_threads(const ProcessSnapshot& process, const Remote& remote, ThreadReader& reader, PythonState& state,
                  Diagnostics& diagnostics) {
    bool complete = !state.interpreters.empty() || !state.runtime.initialized.value_or(true);
    for (const InterpreterState& interpreter : state.interpreters) {
        complete = reader.read(interpreter, state.threads) && complete;
    }
    reader.repair_thread_ids(state.threads);
    // A list whose link was zeroed ends like any other; that it lacks the main thread gives it away.
    if (complete && !reader.misses_main_thread(state.threads)) return;
    for (const LostThread& lost : find_lost_threads(process, remote, state.interpreters, state.threads)) {
        if (complete) {
            diagnostics.warn(
                {ErrorCode::Corrupt, "no list leads to the thread state at " + to_string(lost.state), lost.state});
        }
        reader.read_lost(lost, state.threads);
    }
}

}  // namespace

Result<PythonState> read_python(const ProcessSnapshot& process, const PythonReadOptions& options,
                                Diagnostics& diagnostics) {
    const auto runtime = layout::locate_runtime(process, options.search, diagnostics);
    if (!runtime) return runtime.error();
    tell_unwritten_runtime(process, runtime->address, diagnostics);
    ReadBudget budget;
    const Remote remote{*process.memory, runtime->layout, runtime->traits, budget};
    PythonState state;
    state.runtime = describe(*runtime, remote);
    state.interpreters = read_interpreters(remote, *runtime, diagnostics);
    TypeObjects types(remote);
    state.runtime.debug = is_debug_build(remote, types, state);
    ThreadReader reader(process, *runtime, remote, types, options.frames, diagnostics);
    read_threads(process, remote, reader, state, diagnostics);
    for (const InterpreterState& interpreter : state.interpreters) {
        name_threads(remote, types, interpreter, state.threads, diagnostics);
    }
    for (const InterpreterState& interpreter : state.interpreters) {
        if (options.import_names) name_modules(remote, types, interpreter, state.threads, diagnostics);
    }
    state.lock_waits = find_lock_waits(process, remote);
    if (options.locals != LocalsDepth::None) {
        options.around_locals(true);
        LocalsReader locals(remote, types, options.locals, diagnostics);
        for (PythonThread& thread : state.threads) locals.read(thread);
        options.around_locals(false);
    }
    return state;
}

}  // namespace pycore
