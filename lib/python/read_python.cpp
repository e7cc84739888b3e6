// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/read_python.h"

#include "layout/locate_runtime.h"
#include "python/interpreters.h"
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

void set_names(const std::map<Address, std::string>& names, std::span<PythonThread> threads) {
    for (PythonThread& thread : threads) {
        if (const auto found = names.find(thread.thread_id); found != names.end()) thread.name = found->second;
    }
}

}  // namespace

Result<PythonState> read_python(const ProcessSnapshot& process, const PythonReadOptions& options,
                                Diagnostics& diagnostics) {
    const auto runtime = layout::locate_runtime(process, diagnostics);
    if (!runtime) return runtime.error();
    const Remote remote{*process.memory, runtime->layout, runtime->traits};
    PythonState state;
    state.runtime = describe(*runtime, remote);
    state.interpreters = read_interpreters(remote, *runtime, diagnostics);
    TypeObjects types(remote);
    ThreadReader threads(process, *runtime, remote, types, options.frames, diagnostics);
    for (const InterpreterState& interpreter : state.interpreters) {
        const std::size_t first = state.threads.size();
        threads.read(interpreter, state.threads);
        const auto names = read_thread_names(remote, types, interpreter.address, diagnostics);
        set_names(names, std::span(state.threads).subspan(first));
    }
    return state;
}

}  // namespace pycore
