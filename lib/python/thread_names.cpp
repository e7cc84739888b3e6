// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/thread_names.h"

#include <algorithm>
#include <unordered_map>

#include "python/dict_object.h"

namespace pycore {
namespace {

// sys.modules, which holds `sys` as long as Python code runs; null while there is none.
Result<Address> find_modules(const Remote& remote, TypeObjects& types, Address interpreter, bool runs_code) {
    const auto modules =
        read_pointer_field(remote, interpreter, remote.layout.interpreter_state.imports_modules, "sys.modules");
    if (!modules || !runs_code) return modules;
    if (!*modules) return Error{ErrorCode::Corrupt, "sys.modules is not there", interpreter};
    const auto sys = find_item(remote, types, *modules, "sys");
    if (!sys) return sys.error();
    if (!*sys) return Error{ErrorCode::Corrupt, "sys.modules is damaged: it holds no sys", *modules};
    return modules;
}

// threading._active, or nothing where a step on the way is not there.
Result<std::optional<Address>> find_active(const Remote& remote, TypeObjects& types, Address interpreter,
                                           bool runs_code) {
    using Nothing = std::optional<Address>;
    const auto modules = find_modules(remote, types, interpreter, runs_code);
    if (!modules) return modules.error();
    if (!*modules) return Nothing{};
    const auto module = find_item(remote, types, *modules, "threading");
    if (!module || !*module) return module;
    const auto names = read_pointer_field(remote, **module, remote.layout.module_object.md_dict, "md_dict");
    if (!names) return names.error();
    if (!*names) return Nothing{};
    return find_item(remote, types, *names, "_active");
}

Result<std::string> read_name(const Remote& remote, TypeObjects& types, Address thread) {
    const auto name = find_attribute(remote, types, thread, "_name");
    if (!name) return name.error();
    if (!*name) return Error{ErrorCode::NotFound, "no attribute _name", thread};
    return read_text(remote, types, **name);
}

}  // namespace

void name_threads(const Remote& remote, TypeObjects& types, const InterpreterState& interpreter,
                  std::span<PythonThread> threads, Diagnostics& diagnostics) {
    const auto warn = [&](const Error& error, const char* what) { diagnostics.warn(error.with_context(what)); };
    const bool runs_code = !interpreter.finalizing.value_or(false) &&
                           std::any_of(threads.begin(), threads.end(), [&](const PythonThread& thread) {
                               return thread.interpreter_id == interpreter.id && !thread.activations.empty();
                           });
    const auto active = find_active(remote, types, interpreter.address, runs_code);
    if (!active) warn(active.error(), "the names of Python's threads are unknown");
    if (!active || !*active) return;
    std::unordered_multimap<std::uint64_t, PythonThread*> by_ident;
    for (PythonThread& thread : threads) {
        if (thread.interpreter_id == interpreter.id) by_ident.emplace(thread.thread_id.value, &thread);
    }
    std::size_t unreadable = 0;
    const auto done = for_each_item(remote, types, **active, [&](Address key, Address thread) {
        const auto ident = read_unsigned(remote, types, key);
        unreadable += ident ? 0 : 1;
        if (!ident || !by_ident.contains(*ident)) return true;
        const auto name = read_name(remote, types, thread);
        if (!name) warn(name.error(), "the name of a Python thread is unknown");
        const auto [first, last] = by_ident.equal_range(*ident);
        for (auto entry = first; name && entry != last; ++entry) entry->second->name = *name;
        return true;
    });
    if (unreadable > 0) {
        diagnostics.warn({ErrorCode::Corrupt, std::to_string(unreadable) + " names of Python's threads are lost", {}});
    }
    if (!done) warn(done.error(), "the names of Python's threads are unknown");
}

}  // namespace pycore
