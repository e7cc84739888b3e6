// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/lost_threads.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "layout/runtime_candidates.h"

namespace pycore {
namespace {

class LostThreadSearch {
public:
    LostThreadSearch(const Remote& remote, std::span<const InterpreterState> interpreters)
        : remote_(remote), interpreters_(interpreters) {}

    void want(const Thread& thread) { wanted_.emplace(thread.registers.thread_pointer.value, thread.tid); }
    void forget(Address thread_pointer) { wanted_.erase(thread_pointer.value); }
    bool is_done() const { return wanted_.empty(); }

    void search(const MemoryRegion& region, std::vector<LostThread>& found) {
        const auto bytes = remote_.memory.view(region.range.begin, region.present_bytes);
        for (std::size_t i = 0; i + 8 <= bytes.size() && !is_done(); i += 8) {
            std::uint64_t word;
            std::memcpy(&word, bytes.data() + i, sizeof(word));
            const auto thread = wanted_.find(word);
            if (thread == wanted_.end()) continue;
            const Address state = region.range.begin + i - *remote_.layout.thread_state.thread_id;
            const auto interpreter = judge(state, thread->second);
            if (!interpreter) continue;
            found.push_back({state, *interpreter});
            wanted_.erase(thread);
        }
    }

private:
    // The id of the interpreter if this is a thread state.
    std::optional<std::int64_t> judge(Address state, std::int64_t tid) const {
        const auto home = read_pointer_field(remote_, state, remote_.layout.thread_state.interp, "");
        if (!home || !*home) return std::nullopt;
        for (const InterpreterState& interpreter : interpreters_) {
            if (interpreter.address == *home) return interpreter.id;
        }
        if (!interpreters_.empty()) return std::nullopt;
        return holds_tid(state, tid) || has_neighbours(state) ? std::optional<std::int64_t>(0) : std::nullopt;
    }

    bool holds_tid(Address state, std::int64_t tid) const {
        const auto native = read_field<std::int64_t>(remote_, state, remote_.layout.thread_state.native_thread_id, "");
        return native && *native == tid;
    }

    bool has_neighbours(Address state) const {
        const auto& fields = remote_.layout.thread_state;
        return points_back(state, fields.next, fields.prev) || points_back(state, fields.prev, fields.next);
    }

    bool points_back(Address state, layout::Offset there, layout::Offset back) const {
        const auto neighbour = read_pointer_field(remote_, state, there, "");
        if (!neighbour || !*neighbour) return false;
        const auto returned = read_pointer_field(remote_, *neighbour, back, "");
        return returned && *returned == state;
    }

    const Remote& remote_;
    std::span<const InterpreterState> interpreters_;
    std::unordered_map<std::uint64_t, std::int64_t> wanted_;  // thread pointer -> tid
};

}  // namespace

std::vector<LostThread> find_lost_threads(const ProcessSnapshot& process, const Remote& remote,
                                          std::span<const InterpreterState> interpreters,
                                          std::span<const PythonThread> known) {
    std::vector<LostThread> found;
    if (!remote.layout.thread_state.thread_id) return found;
    LostThreadSearch search(remote, interpreters);
    for (const Thread& thread : process.threads) search.want(thread);
    for (const PythonThread& thread : known) search.forget(thread.thread_id);
    const auto order = layout::search_order(process);
    for (const auto& regions : {std::span(order.likely), std::span(order.rest)}) {
        for (const MemoryRegion& region : regions) {
            if (search.is_done()) return found;
            search.search(region, found);
        }
    }
    return found;
}

}  // namespace pycore
