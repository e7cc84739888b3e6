// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/thread_pointer_search.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "base/walk_list.h"
#include "layout/find_version.h"
#include "layout/layout_tables.h"
#include "layout/runtime_candidates.h"

namespace pycore::layout {
namespace {

constexpr std::size_t kMaxListLength = 100'000;
// A hostile dump may consist of nothing but thread pointers.
constexpr std::size_t kMaxSteps = 20'000'000;
constexpr std::size_t kMaxExpensiveSearches = 32;
constexpr std::uint64_t kLowestPointer = 0x10000;  // vm.mmap_min_addr

// One way to lay out thread states that is tried on every hit.
struct Shape {
    const VersionTraits* traits;
    RuntimeLayout layout;
};

// Newest first: a word of a newer version's structures seldom fits an older one by chance.
std::vector<Shape> known_shapes(bool self_describing) {
    std::vector<Shape> shapes;
    for (const VersionTraits& traits : all_traits()) {
        const auto table = find_layout_table({3, traits.minor, -1});
        if (traits.self_describing != self_describing || !table) continue;
        shapes.push_back({&traits, table->layout});
    }
    std::reverse(shapes.begin(), shapes.end());
    return shapes;
}

class Search {
public:
    Search(const ProcessSnapshot& process, std::span<const MemoryRegion> regions, bool self_describing)
        : process_(process),
          memory_(*process.memory),
          regions_(regions),
          module_data_(search_order(process).likely),
          shapes_(known_shapes(self_describing)) {
        for (const Thread& thread : process.threads) {
            const std::uint64_t pointer = thread.registers.thread_pointer.value;
            if (pointer == 0) continue;
            thread_pointers_.insert(pointer);
            lowest_ = std::min(lowest_, pointer);
            highest_ = std::max(highest_, pointer);
        }
    }

    std::optional<RuntimeOfThreads> run() {
        for (const MemoryRegion& region : regions_) {
            if (auto found = search(region)) return found;
        }
        if (!fallback_) search_by_interpreter();
        return fallback_;
    }

private:
    // The runtime, if its version is certain; else it is kept as the fallback.
    std::optional<RuntimeOfThreads> search(const MemoryRegion& region) {
        const auto bytes = memory_.view(region.range.begin, region.present_bytes);
        for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
            std::uint64_t word;
            std::memcpy(&word, bytes.data() + i, sizeof(word));
            if (word < lowest_ || word > highest_ || !thread_pointers_.contains(word)) continue;
            for (const Shape& shape : shapes_) {
                auto found = try_shape(shape, region.range.begin + i);
                if (found && found->full_version) return found;
                if (found && !fallback_) fallback_ = found;
            }
        }
        return std::nullopt;
    }

    std::optional<RuntimeOfThreads> try_shape(const Shape& shape, Address hit) {
        const Address state = hit - *shape.layout.thread_state.thread_id;
        const auto interpreter = read_address(memory_, state + *shape.layout.thread_state.interp);
        if (!interpreter || !is_plausible(*interpreter)) return std::nullopt;
        const auto& fields = shape.layout.interpreter_state;
        const bool on_list = is_on_list(*interpreter, *fields.threads_head, *shape.layout.thread_state.next, state);
        // A damaged word breaks one of two ways that lead in a circle: the interpreter's to its threads, or the
        // one to its runtime and back.
        if (!on_list && !fields.runtime) return std::nullopt;
        const auto runtime = find_runtime(shape, *interpreter, on_list);
        return runtime ? name_version(shape, *runtime, state) : std::nullopt;
    }

    // Without a thread pointer (the notes are lost): where the runtime refers to its only interpreter twice, as
    // the newest and as the main one, and that one to a thread state and back.
    void search_by_interpreter() {
        for (const MemoryRegion& region : module_data_) {
            const auto bytes = memory_.view(region.range.begin, region.present_bytes);
            for (std::size_t i = 0; i + 16 <= bytes.size() && !fallback_; i += 8) {
                std::uint64_t pair[2];
                std::memcpy(pair, bytes.data() + i, sizeof(pair));
                if (pair[0] == pair[1] && pair[0] >= kLowestPointer && is_plausible({pair[0]})) {
                    try_interpreter({pair[0]}, region.range.begin + i);
                }
            }
        }
    }

    void try_interpreter(Address interpreter, Address head) {
        for (const Shape& shape : shapes_) {
            const Address runtime = head - *shape.layout.runtime_state.interpreters_head;
            const auto& fields = shape.layout.interpreter_state;
            const auto state = read_address(memory_, interpreter + *fields.threads_head);
            if (!state || !is_plausible(*state)) continue;
            const auto home = read_address(memory_, *state + *shape.layout.thread_state.interp);
            if (!home || *home != interpreter) continue;
            const auto owner = fields.runtime ? read_address(memory_, interpreter + *fields.runtime) : runtime;
            if (!owner || *owner != runtime) continue;
            if (const auto found = name_version(shape, runtime, *state)) {
                fallback_ = found;
                return;
            }
        }
    }

    static bool is_plausible(Address pointer) { return pointer && pointer.value % 8 == 0; }

    // Whether the list that begins at *(structure + head) with links at `next` holds `wanted`.
    bool is_on_list(Address structure, std::uint32_t head, std::uint32_t next, Address wanted) const {
        const auto first = read_address(memory_, structure + head);
        if (!first || !is_plausible(*first)) return false;
        bool found = false;
        const auto done = walk_list(*first, kMaxListLength, "list", [&](Address node) -> Result<Address> {
            if (++steps_ > kMaxSteps) return Error{ErrorCode::Limit, "", {}};
            found = node == wanted;
            return found ? Result<Address>(Address{}) : read_address(memory_, node + next);
        });
        return found && done;
    }

    bool has_interpreter(const Shape& shape, Address runtime, Address interpreter) const {
        return is_on_list(runtime, *shape.layout.runtime_state.interpreters_head, *shape.layout.interpreter_state.next,
                          interpreter);
    }

    std::optional<Address> find_runtime(const Shape& shape, Address interpreter, bool on_list) const {
        if (shape.layout.interpreter_state.runtime) {
            const auto runtime = read_address(memory_, interpreter + *shape.layout.interpreter_state.runtime);
            if (runtime && is_plausible(*runtime) && has_interpreter(shape, *runtime, interpreter)) return *runtime;
            if (runtime && on_list && has_main(shape, *runtime, interpreter)) return *runtime;
        }
        return on_list ? find_runtime_by_heads(shape, interpreter) : std::nullopt;
    }

    bool has_main(const Shape& shape, Address runtime, Address interpreter) const {
        const auto main = read_address(memory_, runtime + *shape.layout.runtime_state.interpreters_main);
        return main && *main == interpreter;
    }

    // The word behind the interpreters, where the main thread is known by its thread pointer.
    bool has_main_thread(const Shape& shape, Address runtime) const {
        const auto& field = shape.layout.runtime_state.main_thread;
        const auto thread = field ? read_address(memory_, runtime + *field) : Result<Address>(Address{});
        return thread && thread_pointers_.contains(thread->value);
    }

    // Interpreters do not know their runtime (3.8, or damage); it holds {newest, oldest} interpreter side by side.
    std::optional<Address> find_runtime_by_heads(const Shape& shape, Address interpreter) const {
        const Address oldest = find_oldest(shape, interpreter);
        if (++pair_searches_ > kMaxExpensiveSearches) return std::nullopt;
        for (const MemoryRegion& region : module_data_) {
            const auto bytes = memory_.view(region.range.begin, region.present_bytes);
            for (std::size_t i = 8; i + 8 <= bytes.size(); i += 8) {
                std::uint64_t word;
                std::memcpy(&word, bytes.data() + i, sizeof(word));
                if (word != oldest.value) continue;
                const Address place = region.range.begin + i;
                const Address as_main = place - *shape.layout.runtime_state.interpreters_main;
                const Address as_head = place - *shape.layout.runtime_state.interpreters_head;
                if (has_interpreter(shape, as_main, interpreter) || has_main_thread(shape, as_main)) return as_main;
                if (has_main_thread(shape, as_head)) return as_head;
            }
        }
        return std::nullopt;
    }

    Address find_oldest(const Shape& shape, Address interpreter) const {
        Address oldest;
        const auto done = walk_list(interpreter, kMaxListLength, "list", [&](Address node) {
            oldest = node;
            return read_address(memory_, node + *shape.layout.interpreter_state.next);
        });
        if (!done) oldest = interpreter;  // a torn list, or one that runs in a circle
        return oldest;
    }

    std::optional<RuntimeOfThreads> name_version(const Shape& shape, Address runtime, Address state) const {
        const Module* module = process_.find_module(runtime);
        if (const auto version = find_version_once(module, runtime)) {
            // 3.7 has thread states like 3.8; it is reported as what it is.
            const bool known = find_traits(*version, false) != nullptr;
            if (known && version->minor != shape.traits->minor) return std::nullopt;
            return RuntimeOfThreads{runtime, *version, true};
        }
        const auto named = module != nullptr ? version_in_file_name(module->path) : std::nullopt;
        if (named ? named->minor != shape.traits->minor : !has_frames_of(shape, state)) return std::nullopt;
        return RuntimeOfThreads{runtime, {3, shape.traits->minor, -1}, false};
    }

    std::optional<PythonVersion> find_version_once(const Module* module, Address runtime) const {
        const auto known = versions_.find(runtime);
        if (known != versions_.end()) return known->second;
        if (versions_.size() >= kMaxExpensiveSearches) return std::nullopt;
        return versions_.emplace(runtime, find_version(process_, module, runtime)).first->second;
    }

    // 3.9 and 3.10 differ in nothing that was looked at so far, but for the pointer to a _PyCFrame.
    bool has_frames_of(const Shape& shape, Address state) const {
        if (!shape.layout.thread_state.cframe) return true;
        const auto cframe = read_address(memory_, state + *shape.layout.thread_state.cframe);
        return cframe && is_plausible(*cframe) && read_address(memory_, *cframe);
    }

    const ProcessSnapshot& process_;
    const MemoryImage& memory_;
    std::span<const MemoryRegion> regions_;
    std::vector<MemoryRegion> module_data_;
    std::vector<Shape> shapes_;
    std::unordered_set<std::uint64_t> thread_pointers_;
    std::uint64_t lowest_ = ~std::uint64_t{0};
    std::uint64_t highest_ = 0;
    std::optional<RuntimeOfThreads> fallback_;
    mutable std::unordered_map<Address, std::optional<PythonVersion>> versions_;  // by runtime
    mutable std::size_t steps_ = 0;                                               // along lists
    mutable std::size_t pair_searches_ = 0;
};

}  // namespace

std::optional<RuntimeOfThreads> search_by_thread_pointers(const ProcessSnapshot& process,
                                                          std::span<const MemoryRegion> regions, bool self_describing) {
    return Search(process, regions, self_describing).run();
}

}  // namespace pycore::layout
