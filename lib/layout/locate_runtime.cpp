// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/locate_runtime.h"

#include <array>

#include "layout/choose_layout.h"
#include "layout/debug_offsets.h"
#include "layout/find_version.h"
#include "layout/runtime_candidates.h"
#include "layout/thread_pointer_search.h"
#include "layout/verify_runtime.h"

namespace pycore::layout {
namespace {

// As much of the table as is there; it stands at the front of a much larger structure.
std::optional<DebugOffsets> read_debug_offsets(const MemoryImage& memory, Address address) {
    std::array<std::byte, kMaxDebugOffsetsSize> buffer;
    for (int minor = kNewestMinor; minor >= kOldestSelfDescribingMinor; --minor) {
        const auto part = std::span(buffer).first(debug_offsets_size(minor));
        if (!memory.read(address, part)) continue;
        const auto table = parse_debug_offsets(part);
        return table ? std::optional(*table) : std::nullopt;
    }
    return std::nullopt;
}

// The table is a static initializer: where the core lacks it, the module's file has it.
std::optional<DebugOffsets> debug_offsets_in_file(const RuntimeCandidate& candidate) {
    const Module& module = *candidate.module;
    const auto bytes = module.file->bytes_at(module.link_address(candidate.address), kMaxDebugOffsetsSize);
    const auto table = parse_debug_offsets(bytes);
    return table ? std::optional(*table) : std::nullopt;
}

class Locator {
public:
    Locator(const ProcessSnapshot& process, const FileSearch& search, Diagnostics& diagnostics)
        : process_(process), search_(search), diagnostics_(diagnostics) {}

    Result<Runtime> locate() {
        for (const RuntimeCandidate& candidate : candidates_in_files(process_)) {
            if (identify(candidate)) return *found_;
        }
        if (follow_hint()) return *found_;
        const SearchOrder order = search_order(process_);
        for (const auto& regions : {std::span(order.likely), std::span(order.rest)}) {
            if (search(regions)) return *found_;
        }
        // What says of itself that it is too new is not to be taken for something older.
        const bool too_new = obstacle_ && obstacle_->code == ErrorCode::Unsupported;
        for (const auto& regions : {std::span(order.likely), std::span(order.rest)}) {
            if (!too_new && !doubtful_ && search_by_threads(regions, true)) return *found_;
        }
        if (doubtful_) return use_doubtful();
        if (obstacle_) return *obstacle_;
        if (const auto old = find_old_python()) return unsupported_version(*old);
        return Error{ErrorCode::NotFound, "no Python in this process", {}};
    }

private:
    struct Doubtful {
        Runtime runtime;
        ChosenLayout chosen;
    };

    bool follow_hint() {
        if (!process_.runtime_hint) return false;
        const RuntimeHint& hint = *process_.runtime_hint;
        const bool by_cookie = hint.located_by == "cookie";
        const RuntimeCandidate candidate{hint.address, process_.find_module(hint.address),
                                         by_cookie ? "cookie" : "thread_pointers"};
        const auto own = read_debug_offsets(*process_.memory, hint.address);
        if (by_cookie && own && keep_self_described(candidate, *own)) return true;
        const auto version = parse_version(hint.version);
        return version && keep_by_version(candidate, *version);
    }

    bool search(std::span<const MemoryRegion> regions) {
        search_for_cookie(process_, regions, [&](const RuntimeCandidate& candidate) {
            const auto own = read_debug_offsets(*process_.memory, candidate.address);
            if (own && keep_self_described(candidate, *own)) return true;
            const auto version = find_version(process_, candidate.module, candidate.address);
            return version && keep_by_version(candidate, *version);
        });
        // What threads lead to is a guess beside a runtime that names itself.
        return found_ || (!doubtful_ && search_by_threads(regions, false));
    }

    bool search_by_threads(std::span<const MemoryRegion> regions, bool self_describing) {
        const auto of_threads = search_by_thread_pointers(process_, regions, self_describing);
        if (!of_threads) return false;
        const Address address = of_threads->address;
        return keep_by_version({address, process_.find_module(address), "thread_pointers"}, of_threads->version);
    }

    bool identify(const RuntimeCandidate& candidate) {
        auto own = read_debug_offsets(*process_.memory, candidate.address);
        if (!own) own = debug_offsets_in_file(candidate);
        if (own && keep_self_described(candidate, *own)) return true;
        const auto version = find_version(process_, candidate.module, candidate.address);
        if (version) return keep_by_version(candidate, *version);
        const auto named = version_in_file_name(candidate.module->path);
        if (named) return keep_by_version(candidate, *named);
        return false;
    }

    bool keep_self_described(const RuntimeCandidate& candidate, const DebugOffsets& own) {
        return keep(candidate, own.version, own.free_threaded, choose_layout(own));
    }

    // From 3.13 on this is the way out where the runtime's own table is damaged or absent.
    bool keep_by_version(const RuntimeCandidate& candidate, const PythonVersion& version) {
        auto chosen = choose_layout(version, candidate.module, search_);
        if (chosen && chosen->traits.self_describing) {
            chosen->damage =
                "the debug offsets of this Python cannot be used; the layout is that of CPython " + to_string(version);
        }
        return keep(candidate, version, false, chosen);
    }

    bool keep(const RuntimeCandidate& candidate, const PythonVersion& version, bool free_threaded,
              const Result<ChosenLayout>& chosen) {
        if (!chosen) {
            if (!obstacle_) obstacle_ = chosen.error();
            return false;
        }
        const Verdict verdict = verify_runtime(*process_.memory, candidate.address, chosen->layout);
        Runtime runtime{candidate.address,
                        version,
                        free_threaded,
                        chosen->traits,
                        chosen->layout,
                        chosen->source,
                        std::string(candidate.located_by),
                        candidate.module};
        if (verdict == Verdict::Contradicted) {
            if (!doubtful_) doubtful_ = Doubtful{std::move(runtime), *chosen};
            return false;
        }
        tell_doubt(*chosen, verdict, candidate.address);
        found_ = std::move(runtime);
        return true;
    }

    // Where nothing fits better, what does not quite fit is better than nothing.
    Runtime use_doubtful() {
        tell_doubt(doubtful_->chosen, Verdict::Contradicted, doubtful_->runtime.address);
        return std::move(doubtful_->runtime);
    }

    void tell_doubt(const ChosenLayout& chosen, Verdict verdict, Address runtime) {
        if (!chosen.damage.empty()) diagnostics_.warn({ErrorCode::Corrupt, chosen.damage, runtime});
        if (verdict == Verdict::Contradicted) {
            const std::string doubt = chosen.doubt.empty() ? "" : chosen.doubt + ": ";
            diagnostics_.warn(
                {ErrorCode::Corrupt, doubt + "the structures of the interpreter do not fit their layout", runtime});
        } else if (!chosen.doubt.empty() && (verdict == Verdict::Inconclusive || chosen.source == "debug_offsets")) {
            diagnostics_.note({ErrorCode::Unsupported, chosen.doubt, runtime});
        }
    }

    // Python 2.7 and 3.6 have no _PyRuntime; by the buffer of Py_GetVersion() or a file's name.
    std::optional<PythonVersion> find_old_python() const {
        std::optional<PythonVersion> by_name;
        for (const Module& module : process_.modules) {
            const auto named = version_in_file_name(module.path);
            if (!named || find_traits(*named, false) != nullptr) continue;
            if (const auto full = find_version(process_, &module, module.range.end)) return full;
            by_name = named;
        }
        return by_name;
    }

    const ProcessSnapshot& process_;
    const FileSearch& search_;
    Diagnostics& diagnostics_;
    std::optional<Runtime> found_;
    std::optional<Doubtful> doubtful_;  // the first that its own structures contradict
    std::optional<Error> obstacle_;
};

}  // namespace

Result<Runtime> locate_runtime(const ProcessSnapshot& process, const FileSearch& search, Diagnostics& diagnostics) {
    return Locator(process, search, diagnostics).locate();
}

}  // namespace pycore::layout
