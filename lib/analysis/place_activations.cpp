// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/place_activations.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "base/interval_map.h"

namespace pycore {
namespace {

using Chain = std::vector<PlacedActivation>;

Chain chain_of(const PythonThread& thread) {
    Chain chain;
    for (const Activation& activation : thread.activations) chain.push_back({&thread, &activation, {}, false});
    return chain;
}

struct Match {
    std::size_t activation;
    std::size_t frame;
};

// The longest chain of matches that grows in both: patience sorting over pairs that come ordered by
// activation, and by falling frame within one activation (so that each activation is used once). A frame serves
// several activations if they may share it.
std::vector<Match> longest_common_chain(const std::vector<Match>& matches, bool may_share) {
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::vector<std::size_t> tails;  // index of the match that ends the best chain of each length
    std::vector<std::size_t> before(matches.size(), kNone);
    for (std::size_t i = 0; i < matches.size(); ++i) {
        const auto slot =
            std::lower_bound(tails.begin(), tails.end(), matches[i].frame, [&](std::size_t tail, std::size_t frame) {
                return may_share ? matches[tail].frame <= frame : matches[tail].frame < frame;
            });
        if (slot != tails.begin()) before[i] = *std::prev(slot);
        if (slot == tails.end()) {
            tails.push_back(i);
        } else {
            *slot = i;
        }
    }
    std::vector<Match> chain;
    for (std::size_t i = tails.empty() ? kNone : tails.back(); i != kNone; i = before[i]) chain.push_back(matches[i]);
    std::reverse(chain.begin(), chain.end());
    return chain;
}

void place(const std::vector<Match>& chain, std::vector<PlacedActivation>& activations) {
    for (const Match& match : chain) activations[match.activation].native_index = match.frame;
}

// The native frame that each anchor lies in.
std::vector<Match> anchored_matches(const std::vector<PlacedActivation>& activations,
                                    const std::vector<NativeFrame>& frames) {
    IntervalMap<std::size_t> frame_by_address;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (frames[i].cfa) frame_by_address.add({frames[i].sp, *frames[i].cfa}, i);
    }
    frame_by_address.seal();
    std::vector<Match> matches;
    for (std::size_t a = 0; a < activations.size(); ++a) {
        if (!activations[a].activation->anchor) continue;
        if (const auto* entry = frame_by_address.find(*activations[a].activation->anchor)) {
            matches.push_back({a, entry->value});
        }
    }
    return matches;
}

// What was called later lies further in: an anchor that says otherwise is damaged.
void place_by_anchor(std::vector<PlacedActivation>& activations, const std::vector<NativeFrame>& frames) {
    place(longest_common_chain(anchored_matches(activations, frames), true), activations);
}

// Which activation each evaluation-loop frame may run: those whose PyFrameObject it holds.
std::vector<Match> possible_matches(const std::vector<PlacedActivation>& activations,
                                    const std::vector<NativeFrame>& frames) {
    std::multimap<Address, std::size_t> frames_holding;  // PyFrameObject -> native frames
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (!is_evaluation_loop(frames[i])) continue;
        for (const Address object : frames[i].frame_candidates) frames_holding.emplace(object, i);
    }
    std::vector<Match> matches;
    for (std::size_t a = 0; a < activations.size(); ++a) {
        if (activations[a].native_index || !activations[a].activation->frame_object) continue;
        const auto [begin, end] = frames_holding.equal_range(*activations[a].activation->frame_object);
        const std::size_t first = matches.size();
        for (auto it = begin; it != end; ++it) matches.push_back({a, it->second});
        std::sort(matches.begin() + static_cast<std::ptrdiff_t>(first), matches.end(),
                  [](const Match& x, const Match& y) { return x.frame > y.frame; });
    }
    return matches;
}

void place_by_frame_object(std::vector<PlacedActivation>& activations, const std::vector<NativeFrame>& frames) {
    place(longest_common_chain(possible_matches(activations, frames), false), activations);
}

// Between two sure neighbours, as many evaluation-loop frames as activations: the order places them,
// marked uncertain. (Never counted from the young end: a loop in its prologue has no frame yet.)
void place_gaps_by_order(std::vector<PlacedActivation>& activations, const std::vector<NativeFrame>& frames) {
    std::vector<bool> taken(frames.size(), false);
    for (const PlacedActivation& placed : activations) {
        if (placed.native_index) taken[*placed.native_index] = true;
    }
    std::size_t begin = 0;
    std::size_t frame_begin = 0;
    while (begin < activations.size()) {
        std::size_t end = begin;
        while (end < activations.size() && !activations[end].native_index) ++end;
        const std::size_t frame_end = end < activations.size() ? *activations[end].native_index : frames.size();
        std::vector<std::size_t> free_loops;
        for (std::size_t f = frame_begin; f < frame_end; ++f) {
            if (!taken[f] && is_evaluation_loop(frames[f])) free_loops.push_back(f);
        }
        if (free_loops.size() == end - begin) {
            for (std::size_t i = 0; i < free_loops.size(); ++i) {
                activations[begin + i].native_index = free_loops[i];
                activations[begin + i].uncertain = true;
            }
        }
        frame_begin = std::max(frame_begin, frame_end) + (end < activations.size() ? 1 : 0);
        begin = end + 1;
    }
}

// Where each activation of a chain stands on the C stack: at its native frame, or just before the
// next older one that has a native frame.
std::vector<std::size_t> stack_positions(const Chain& chain, std::size_t end_of_stack) {
    std::vector<std::size_t> positions(chain.size());
    std::size_t older = end_of_stack;
    for (std::size_t i = chain.size(); i-- > 0;) {
        older = chain[i].native_index.value_or(older);
        positions[i] = older;
    }
    return positions;
}

bool all_anchored(const Chain& activations) {
    return std::all_of(activations.begin(), activations.end(),
                       [](const PlacedActivation& placed) { return placed.activation->anchor.has_value(); });
}

// The thread states of one LWP take turns on its stack. Anchors lie on it, younger ones lower;
// without anchors the native frames tell the order. Each chain keeps its own.
Chain interleave(const std::vector<Chain>& chains, std::size_t end_of_stack) {
    std::vector<std::pair<std::size_t, PlacedActivation>> keyed;
    for (const Chain& chain : chains) {
        const auto positions = stack_positions(chain, end_of_stack);
        for (std::size_t i = 0; i < chain.size(); ++i) keyed.emplace_back(positions[i], chain[i]);
    }
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Chain all;
    for (auto& [position, placed] : keyed) all.push_back(placed);
    if (chains.size() > 1 && all_anchored(all)) {
        std::stable_sort(all.begin(), all.end(), [](const PlacedActivation& a, const PlacedActivation& b) {
            return *a.activation->anchor < *b.activation->anchor;
        });
    }
    return all;
}

}  // namespace

bool is_evaluation_loop(const NativeFrame& frame) {
    const auto& raw = frame.function.raw_name ? frame.function.raw_name : frame.function.name;
    if (!raw) return false;
    const std::string_view name = *raw;
    return name.starts_with("_PyEval_EvalFrameDefault") || name.starts_with("PyEval_EvalFrameEx") ||
           name.starts_with("_TAIL_CALL_");
}

std::vector<PlacedActivation> place_activations(const std::vector<NativeFrame>& frames,
                                                const std::vector<PythonThread>& threads) {
    std::vector<Chain> chains;
    for (const PythonThread& thread : threads) {
        Chain chain = chain_of(thread);
        place_by_anchor(chain, frames);
        place_by_frame_object(chain, frames);
        chains.push_back(std::move(chain));
    }
    Chain activations = interleave(chains, frames.size());
    place_gaps_by_order(activations, frames);
    return activations;
}

}  // namespace pycore
