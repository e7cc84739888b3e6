// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/standing.h"

#include <algorithm>
#include <functional>

namespace pycore {

namespace {

// Of a process of Python in which no Python could be read there is too little to go by.
bool lacks_python(const JobMember& member) { return !member.python && member.status != "read"; }

}  // namespace

bool is_readable(const JobMember& member) { return member.stack && !lacks_python(member); }

namespace {

Stance stance_of(const JobMember& member, const std::optional<CutPoint>& cut) {
    if (member.signal) return Stance::Died;
    if (!is_readable(member)) return Stance::Unreadable;
    if (cut) return cut->stance;
    // Spinning, and taking turns for the GIL, is being at work.
    const bool at_work = member.wait.empty() || member.wait.starts_with("gil") || member.wait == "syscall: sched_yield";
    return at_work ? Stance::Running : Stance::Blocked;
}

// Down to the operation; of code outside of one, down to the first frame of C that Python called.
std::size_t depth_of_place(const JobTree& tree, const std::vector<ClassFrame>& frames,
                           const std::optional<CutPoint>& cut) {
    if (cut) return std::min(cut->depth + 1, frames.size());
    std::size_t depth = frames.size();
    while (depth > 0 && !tree.frames[frames[depth - 1].frame].python) --depth;
    return std::min(depth + 1, frames.size());
}

std::uint64_t hash_of(const std::string& text) { return std::hash<std::string>{}(text); }

}  // namespace

std::vector<std::uint64_t> call_site_of(const JobTree& tree, const Standing& standing) {
    const std::size_t depth = standing.cut ? standing.cut->depth : standing.frames.size();
    std::vector<std::uint64_t> site;
    for (std::size_t i = 0; i < depth && i < standing.frames.size(); ++i) {
        if (!tree.frames[standing.frames[i].frame].python) continue;
        site.push_back(standing.frames[i].frame);
        site.push_back(static_cast<std::uint64_t>(standing.frames[i].line));
    }
    return site;
}

namespace {

// Operations are called from a line; where a rank is at work or blocked, the function says enough.
std::vector<std::uint64_t> place_of(const JobTree& tree, const Standing& standing) {
    std::vector<std::uint64_t> place{static_cast<std::uint64_t>(standing.stance)};
    if (standing.cut) {
        place.push_back(hash_of(standing.cut->operation));
        const auto site = call_site_of(tree, standing);
        place.insert(place.end(), site.begin(), site.end());
        return place;
    }
    place.push_back(hash_of(standing.wait));
    for (const ClassFrame& frame : standing.frames) {
        if (tree.frames[frame.frame].python || standing.stance == Stance::Died) place.push_back(frame.frame);
    }
    return place;
}

}  // namespace

std::vector<ClassFrame> frames_of(const JobTree& tree, const JobStack& stack) {
    std::vector<ClassFrame> frames;
    const auto& nodes = tree.roles[stack.role].nodes;
    for (std::uint32_t node = stack.node;; node = nodes[node].parent) {
        frames.push_back({nodes[node].frame, 0});
        if (nodes[node].parent == node) break;
    }
    std::reverse(frames.begin(), frames.end());
    for (std::size_t i = 0; i < frames.size() && i < stack.lines.size(); ++i) frames[i].line = stack.lines[i];
    return frames;
}

Standing find_standing(const JobTree& tree, std::uint32_t number) {
    const JobMember& member = tree.members[number];
    Standing standing;
    standing.member = number;
    standing.wait = member.wait;
    if (member.stack) {
        standing.frames = frames_of(tree, tree.stacks[*member.stack]);
        std::vector<const JobFrame*> frames;
        for (const ClassFrame& frame : standing.frames) frames.push_back(&tree.frames[frame.frame]);
        standing.cut = find_cut(frames);
        standing.in_event_loop = runs_in_event_loop(frames);
        if (!standing.cut) standing.cut = find_cut_by_wait(member.wait, standing.frames.size());
    }
    standing.stance = stance_of(member, standing.cut);
    if (standing.stance == Stance::Died) standing.cut.reset();
    standing.frames.resize(depth_of_place(tree, standing.frames, standing.cut));
    standing.place = place_of(tree, standing);
    return standing;
}

}  // namespace pycore
