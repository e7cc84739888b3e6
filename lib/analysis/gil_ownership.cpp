// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/gil_ownership.h"

#include <algorithm>

#include "analysis/system_calls.h"

namespace pycore {
namespace {

// _gil_runtime_state ends with switch_cond (48 bytes) and switch_mutex (40): a thread blocked there
// has dropped the GIL and waits to be forced off it, which is not waiting for it.
constexpr std::uint64_t kSwitchPartBytes = 88;

bool blocked_in(const ThreadState& thread, const AddressRange& gil) {
    const auto futex = blocking_futex(thread);
    return futex && AddressRange{gil.begin, gil.end - kSwitchPartBytes}.contains(*futex);
}

// take_gil may be cloned by the compiler; a waiter between two timeouts is in it, not in futex(2).
bool stands_in_take_gil(const ThreadState& thread) {
    for (const NativeFrame& frame : thread.native.frames) {
        if (frame.function.name == "take_gil") return true;
        const auto inlined_take_gil = [](const NativeFunction& inlined) { return inlined.name == "take_gil"; };
        if (std::any_of(frame.inlined.begin(), frame.inlined.end(), inlined_take_gil)) return true;
        if (frame.function.name && frame.function.name->starts_with("_PyEval_EvalFrame")) return false;
    }
    return false;
}

const PythonThread* state_in(const ThreadState& thread, std::int64_t interpreter_id) {
    const auto found = std::find_if(thread.python.begin(), thread.python.end(), [&](const PythonThread& python) {
        return python.interpreter_id == interpreter_id;
    });
    return found == thread.python.end() ? nullptr : &*found;
}

bool holds(const ThreadState& thread, const GilState& gil) {
    return std::any_of(thread.python.begin(), thread.python.end(),
                       [&](const PythonThread& python) { return python.address == gil.last_holder; });
}

GilOwnership ownership_of(const InterpreterState& interpreter, const std::vector<ThreadState>& threads) {
    GilOwnership ownership{interpreter.id, {}, {}};
    const GilState& gil = interpreter.gil;
    for (const ThreadState& thread : threads) {
        if (gil.status == GilStatus::Held && holds(thread, gil)) ownership.holder_tid = thread.tid;
    }
    for (const ThreadState& thread : threads) {
        if (thread.tid == ownership.holder_tid || !state_in(thread, interpreter.id)) continue;
        if (gil.status == GilStatus::Disabled) continue;
        if ((gil.range && blocked_in(thread, *gil.range)) || stands_in_take_gil(thread)) {
            ownership.waiting_tids.push_back(thread.tid);
        }
    }
    std::sort(ownership.waiting_tids.begin(), ownership.waiting_tids.end());
    return ownership;
}

}  // namespace

std::vector<GilOwnership> gil_ownership(const ProcessState& state) {
    std::vector<GilOwnership> all;
    for (const InterpreterState& interpreter : state.interpreters)
        all.push_back(ownership_of(interpreter, state.threads));
    return all;
}

}  // namespace pycore
