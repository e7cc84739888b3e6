// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/walk_list.h"
#include "python/frames.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxThreads = 1'000'000;
constexpr std::size_t kMaxThreadStateSize = 64U << 10;  // 25 KB in free-threaded builds

// Bits of PyThreadState._status (Include/cpython/pystate.h).
constexpr std::uint32_t kActiveBit = 1U << 4;    // 3.12
constexpr std::uint32_t kHoldsGilBit = 1U << 5;  // 3.13

// _Py_THREAD_* (Include/internal/pycore_pystate.h); 4 and 5 are waiting forms of 3.15.
AttachStatus status_of_state(std::int32_t state) {
    switch (state) {
        case 0: return AttachStatus::Detached;
        case 1: return AttachStatus::Attached;
        case 2: return AttachStatus::Suspended;
        case 3: return AttachStatus::ShuttingDown;
        case 4: return AttachStatus::Suspended;
        case 5: return AttachStatus::Detached;
        default: return AttachStatus::Unknown;
    }
}

}  // namespace

ThreadReader::ThreadReader(const ProcessSnapshot& process, const layout::Runtime& runtime, const Remote& remote,
                           TypeObjects& types, bool with_frames, Diagnostics& diagnostics)
    : remote_(remote), codes_(remote, types), with_frames_(with_frames), diagnostics_(diagnostics) {
    for (const Thread& thread : process.threads) tids_.emplace(thread.registers.thread_pointer, thread.tid);
    const auto& fields = remote.layout.runtime_state;
    if (auto main = read_pointer_field(remote, runtime.address, fields.main_thread, "")) main_thread_ = *main;
    if (auto current = read_pointer_field(remote, runtime.address, fields.tstate_current, "")) {
        current_thread_ = *current;
    }
}

std::size_t ThreadReader::state_size() const {
    return std::min<std::size_t>(remote_.layout.thread_state.size.value_or(264), kMaxThreadStateSize);
}

bool ThreadReader::read(const InterpreterState& interpreter, std::vector<PythonThread>& threads) {
    const auto head = read_pointer_field(remote_, interpreter.address, remote_.layout.interpreter_state.threads_head,
                                         "PyInterpreterState.threads.head");
    if (!head) {
        diagnostics_.warn(head.error());
        return false;
    }
    const std::string what = fmt::format("thread states of interpreter {}", interpreter.id);
    const auto done = walk_list(*head, kMaxThreads, what, [&](Address node) -> Result<Address> {
        const auto state = RemoteStruct::read(remote_.memory, node, state_size(), "PyThreadState");
        if (!state) return state.error();
        const auto next = state->pointer(remote_.layout.thread_state.next);
        if (state->pointer(remote_.layout.thread_state.interp) != interpreter.address) {
            return Error{ErrorCode::Corrupt,
                         fmt::format("{} lead to {}, which belongs to another interpreter", what, to_string(node)),
                         node};
        }
        add(read_thread(interpreter.id, *state), threads);
        return next.value_or(Address{});
    });
    if (!done) diagnostics_.warn(done.error());
    return done.has_value();
}

bool ThreadReader::misses_main_thread(const std::vector<PythonThread>& threads) const {
    if (!main_thread_ || !tids_.contains(*main_thread_)) return false;
    return std::none_of(threads.begin(), threads.end(),
                        [&](const PythonThread& thread) { return thread.thread_id == *main_thread_; });
}

// Since 3.12 a thread state has no identity until the thread that it was made for runs.
void ThreadReader::add(PythonThread thread, std::vector<PythonThread>& threads) {
    if (thread.thread_id || thread.native_thread_id || !thread.activations.empty() || !thread.frames_complete) {
        threads.push_back(std::move(thread));
        return;
    }
    diagnostics_.note({ErrorCode::NotFound,
                       "thread state " + to_string(thread.address) + " is of a thread that is being started",
                       thread.address});
}

void ThreadReader::read_lost(const LostThread& lost, std::vector<PythonThread>& threads) {
    const auto state = RemoteStruct::read(remote_.memory, lost.state, state_size(), "PyThreadState");
    if (state) threads.push_back(read_thread(lost.interpreter_id, *state));
}

std::optional<std::int64_t> ThreadReader::find_tid(const PythonThread& thread) const {
    const auto found = tids_.find(thread.thread_id);
    return found != tids_.end() ? found->second : thread.native_thread_id;
}

void ThreadReader::repair_thread_ids(std::vector<PythonThread>& threads) {
    std::unordered_set<Address> owned;
    for (const PythonThread& thread : threads) owned.insert(thread.thread_id);
    for (PythonThread& thread : threads) {
        if (!tids_.contains(thread.thread_id) && thread.native_thread_id) repair_thread_id(thread, owned);
    }
}

void ThreadReader::repair_thread_id(PythonThread& thread, const std::unordered_set<Address>& owned) {
    const auto same = std::find_if(tids_.begin(), tids_.end(),
                                   [&](const auto& entry) { return entry.second == *thread.native_thread_id; });
    if (same == tids_.end() || owned.contains(same->first)) return;
    diagnostics_.warn({ErrorCode::Corrupt,
                       fmt::format("thread_id {} of the thread state at {} is damaged; it is thread {}'s",
                                   to_string(thread.thread_id), to_string(thread.address), same->second),
                       thread.address},
                      same->second);
    thread.thread_id = same->first;
    thread.main = main_thread_ == thread.thread_id;
}

PythonThread ThreadReader::read_thread(std::int64_t interpreter_id, const RemoteStruct& state) {
    const auto& fields = remote_.layout.thread_state;
    PythonThread thread;
    thread.address = state.address();
    thread.interpreter_id = interpreter_id;
    thread.thread_id = state.pointer(fields.thread_id).value_or(Address{});
    if (const auto native = state.value<std::int64_t>(fields.native_thread_id); native.value_or(0) != 0) {
        thread.native_thread_id = native;
    }
    thread.status = read_status(state);
    thread.holds_gil_flag = read_holds_gil(state);
    thread.main = thread.thread_id && main_thread_ == thread.thread_id;
    if (!with_frames_) return thread;
    const auto tid = find_tid(thread);
    auto frames = read_frames(remote_, codes_, state, [&](const Error& error) { diagnostics_.warn(error, tid); });
    thread.activations = std::move(frames.activations);
    thread.frames_complete = frames.complete;
    return thread;
}

AttachStatus ThreadReader::read_status(const RemoteStruct& state) const {
    const auto& fields = remote_.layout.thread_state;
    const auto attached_if = [](bool yes) { return yes ? AttachStatus::Attached : AttachStatus::Detached; };
    switch (remote_.traits.attach_rule) {
        case layout::AttachRule::CurrentThread:
            return current_thread_ ? attached_if(*current_thread_ == state.address()) : AttachStatus::Unknown;
        case layout::AttachRule::ActiveBit: {
            const auto bits = state.value<std::uint32_t>(fields.status);
            return bits ? attached_if((*bits & kActiveBit) != 0) : AttachStatus::Unknown;
        }
        case layout::AttachRule::State: {
            const auto value = state.value<std::int32_t>(fields.state);
            return value ? status_of_state(*value) : AttachStatus::Unknown;
        }
    }
    return AttachStatus::Unknown;
}

std::optional<bool> ThreadReader::read_holds_gil(const RemoteStruct& state) const {
    const auto& fields = remote_.layout.thread_state;
    const auto bits = state.value<std::uint32_t>(fields.status);
    switch (remote_.traits.holds_gil_flag) {
        case layout::HoldsGilFlag::None: return std::nullopt;
        case layout::HoldsGilFlag::ActiveBit: return bits ? std::optional((*bits & kActiveBit) != 0) : std::nullopt;
        case layout::HoldsGilFlag::StatusBit: return bits ? std::optional((*bits & kHoldsGilBit) != 0) : std::nullopt;
        case layout::HoldsGilFlag::Field: {
            const auto value = state.value<std::int32_t>(fields.holds_gil);
            return value ? std::optional(*value != 0) : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace pycore
