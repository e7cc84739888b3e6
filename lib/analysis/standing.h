// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where one member stands: its way down the program to the operation that it is in.

#include <optional>
#include <string>
#include <vector>

#include "analysis/cut_points.h"
#include "state/job_report.h"
#include "state/job_tree.h"

namespace pycore {

struct Standing {
    std::uint32_t member = 0;
    std::int64_t label = 0;
    Stance stance = Stance::Running;
    std::optional<CutPoint> cut;
    std::vector<ClassFrame> frames;    // outermost first, down to the operation
    std::vector<std::uint64_t> place;  // equal where the same operation is called from the same place
    std::string wait;
    bool in_event_loop = false;
    std::size_t snapshots = 1;
    std::optional<bool> moved;    // between snapshots
    bool always_running = false;  // in all of its snapshots
    bool was_running = false;     // in one of them
};

// Whether it can be told where the member stands.
bool is_readable(const JobMember& member);

// The Python calls on the way, each with its line.
std::vector<std::uint64_t> call_site_of(const JobTree& tree, const Standing& standing);

Standing find_standing(const JobTree& tree, std::uint32_t member);

// Whether it waits for others, by its stance.
inline bool waits_for_others(const Standing& standing) {
    return standing.stance == Stance::Collective || standing.stance == Stance::Peer || standing.stance == Stance::Idle;
}

// Frames of a member's stack, outermost first; empty if it has none.
std::vector<ClassFrame> frames_of(const JobTree& tree, const JobStack& stack);

}  // namespace pycore
