// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/interpreters.h"

#include <algorithm>
#include <iterator>

#include "base/walk_list.h"
#include "python/gil.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxInterpreters = 10'000;

std::optional<bool> read_flag(const Remote& remote, Address structure, layout::Offset offset) {
    const auto value = read_field<std::int32_t>(remote, structure, offset, "");
    return value ? std::optional(*value != 0) : std::nullopt;
}

std::optional<bool> is_collecting(const Remote& remote, const layout::Runtime& runtime, Address interpreter) {
    const bool in_runtime = remote.traits.gc_home == layout::GcHome::Runtime;
    const auto gc = in_runtime ? remote.layout.runtime_state.gc : remote.layout.interpreter_state.gc;
    if (!gc) return std::nullopt;
    return read_flag(remote, (in_runtime ? runtime.address : interpreter) + *gc, remote.layout.gc.collecting);
}

std::optional<bool> is_runtime_finalizing(const Remote& remote, const layout::Runtime& runtime) {
    const auto thread = read_pointer_field(remote, runtime.address, remote.layout.runtime_state.finalizing, "");
    return thread ? std::optional(static_cast<bool>(*thread)) : std::nullopt;
}

// From when on other threads can no longer take the GIL: `_finalizing`, of the interpreter (3.12+) or of
// the runtime. (The flag `finalizing` is set earlier since 3.12, before threads are joined, and only
// while modules are torn down before; it speaks for sub-interpreters of <= 3.11.)
std::optional<bool> is_finalizing(const Remote& remote, const layout::Runtime& runtime, Address interpreter) {
    const auto& fields = remote.layout.interpreter_state;
    if (fields.finalizing_thread) {
        const auto thread = read_pointer_field(remote, interpreter, fields.finalizing_thread, "");
        return thread ? std::optional(static_cast<bool>(*thread)) : std::nullopt;
    }
    if (is_runtime_finalizing(remote, runtime).value_or(false)) return true;
    return read_flag(remote, interpreter, fields.finalizing);
}

InterpreterState read_interpreter(const Remote& remote, const layout::Runtime& runtime, Address address,
                                  Diagnostics& diagnostics) {
    InterpreterState state;
    state.address = address;
    const auto id = read_field<std::int64_t>(remote, address, remote.layout.interpreter_state.id, "interpreter id");
    if (id) {
        state.id = *id;
    } else {
        diagnostics.warn(id.error());
    }
    state.finalizing = is_finalizing(remote, runtime, address);
    state.gc_collecting = is_collecting(remote, runtime, address);
    if (auto gil = read_gil(remote, runtime, address)) {
        state.gil = *gil;
    } else {
        diagnostics.warn(gil.error().with_context("the state of the GIL is unknown"));
    }
    return state;
}

// The runtime's pointer to it; without one, the oldest: the last of the list.
void mark_main(const Remote& remote, const layout::Runtime& runtime, std::vector<InterpreterState>& interpreters) {
    if (interpreters.empty()) return;
    const auto main = read_pointer_field(remote, runtime.address, remote.layout.runtime_state.interpreters_main, "");
    auto found = std::find_if(interpreters.begin(), interpreters.end(), [&](const InterpreterState& interpreter) {
        return main && interpreter.address == *main;
    });
    if (found == interpreters.end()) found = std::prev(interpreters.end());
    found->main = true;
    if (!found->finalizing) found->finalizing = is_runtime_finalizing(remote, runtime);
    std::rotate(interpreters.begin(), found, std::next(found));
}

// Where the list does not lead to the main interpreter, the runtime's own pointer to it does.
void add_main(const Remote& remote, const layout::Runtime& runtime, std::vector<InterpreterState>& interpreters,
              Diagnostics& diagnostics) {
    const auto main = read_pointer_field(remote, runtime.address, remote.layout.runtime_state.interpreters_main, "");
    if (!main || !*main) return;
    const bool known = std::any_of(interpreters.begin(), interpreters.end(),
                                   [&](const InterpreterState& interpreter) { return interpreter.address == *main; });
    const auto head = read_pointer_field(remote, *main, remote.layout.interpreter_state.threads_head, "");
    if (known || !head || !*head) return;
    const auto home = read_pointer_field(remote, *head, remote.layout.thread_state.interp, "");
    if (!home || *home != *main) return;
    diagnostics.warn(
        {ErrorCode::Corrupt, "the list of interpreters does not lead to the main one, at " + to_string(*main), *main});
    interpreters.push_back(read_interpreter(remote, runtime, *main, diagnostics));
}

}  // namespace

std::vector<InterpreterState> read_interpreters(const Remote& remote, const layout::Runtime& runtime,
                                                Diagnostics& diagnostics) {
    std::vector<InterpreterState> interpreters;
    const auto head = read_pointer_field(remote, runtime.address, remote.layout.runtime_state.interpreters_head,
                                         "_PyRuntime.interpreters.head");
    if (!head) {
        diagnostics.warn(head.error());
        return interpreters;
    }
    const auto done = walk_list(*head, kMaxInterpreters, "interpreters", [&](Address node) -> Result<Address> {
        const auto next =
            read_pointer_field(remote, node, remote.layout.interpreter_state.next, "PyInterpreterState.next");
        if (!next) return next.error().with_context("interpreter at " + to_string(node));
        interpreters.push_back(read_interpreter(remote, runtime, node, diagnostics));
        return next;
    });
    if (!done) diagnostics.warn(done.error());
    add_main(remote, runtime, interpreters, diagnostics);
    mark_main(remote, runtime, interpreters);
    return interpreters;
}

}  // namespace pycore
