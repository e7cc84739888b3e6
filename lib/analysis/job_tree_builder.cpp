// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/job_tree_builder.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace pycore {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

std::size_t mix(std::size_t seed, std::size_t value) {
    return (seed ^ value) * 0x9e3779b97f4a7c15ULL + (seed >> 17);  // golden ratio, as in Fibonacci hashing
}

// order[i]: what comes at place i; returns the place of each.
std::vector<std::uint32_t> places_of(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> places(order.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) places[order[place]] = place;
    return places;
}

template <typename Less>
std::vector<std::uint32_t> sorted_order(std::size_t size, Less&& less) {
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::sort(order.begin(), order.end(), less);
    return order;
}

// Sorts `values`, drops doubles, and says where each of them went.
template <typename T>
std::vector<std::uint32_t> sort_and_number(std::vector<T>& values) {
    const auto order =
        sorted_order(values.size(), [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
    std::vector<std::uint32_t> places(values.size());
    std::vector<T> sorted;
    sorted.reserve(values.size());
    for (const std::uint32_t index : order) {
        if (sorted.empty() || !(sorted.back() == values[index])) sorted.push_back(std::move(values[index]));
        places[index] = static_cast<std::uint32_t>(sorted.size() - 1);
    }
    values = std::move(sorted);
    return places;
}

// Where runs of neighbours stay neighbours, so that a set of them is renumbered run by run.
class Renumbering {
public:
    explicit Renumbering(std::vector<std::uint32_t> places) : places_(std::move(places)), ends_(places_.size()) {
        for (std::size_t i = places_.size(); i-- > 0;) {
            const bool goes_on = i + 1 < places_.size() && places_[i + 1] == places_[i] + 1;
            ends_[i] = goes_on ? ends_[i + 1] : static_cast<std::uint32_t>(i);
        }
    }

    IntervalSet apply(const IntervalSet& set) const {
        IntervalSet renumbered;
        for (const auto& run : set.runs()) {
            for (std::uint64_t at = run.first; at <= run.last;) {
                const std::uint32_t end = std::min(ends_[at], run.last);
                renumbered.add({places_[at], places_[at] + static_cast<std::uint32_t>(end - at)});
                at = std::uint64_t{end} + 1;
            }
        }
        renumbered.normalize();
        return renumbered;
    }

private:
    std::vector<std::uint32_t> places_;
    std::vector<std::uint32_t> ends_;  // of the run that each number is in
};

// Nodes in depth-first order, children by frame; returns the new number of each.
template <typename Node>
std::vector<std::uint32_t> depth_first(const std::vector<Node>& nodes) {
    // Children of one parent together, the last first, so that a stack gives the first first.
    const auto by_parent = sorted_order(nodes.size(), [&](std::uint32_t a, std::uint32_t b) {
        const auto key = [&](std::uint32_t node) { return std::pair(nodes[node].parent, nodes[node].frame); };
        return key(a) > key(b);
    });
    std::vector<std::pair<std::uint32_t, std::uint32_t>> children(nodes.size(), {0, 0});  // range of by_parent
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < by_parent.size(); ++i) {
        const std::uint32_t parent = nodes[by_parent[i]].parent;
        if (parent == kNone) {
            open.push_back(by_parent[i]);
            continue;
        }
        if (children[parent].second == 0) children[parent].first = i;
        children[parent].second = i + 1;
    }
    std::vector<std::uint32_t> order;
    order.reserve(nodes.size());
    while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        order.push_back(node);
        for (std::uint32_t i = children[node].first; i < children[node].second; ++i) open.push_back(by_parent[i]);
    }
    return order;
}

}  // namespace

std::size_t JobTreeBuilder::FrameHash::operator()(const JobFrame& frame) const {
    const std::hash<std::string> hash;
    return mix(mix(hash(frame.function), hash(frame.file)), frame.python ? 1 : 0);
}

std::size_t JobTreeBuilder::StackHash::operator()(const JobStack& stack) const {
    std::size_t value = mix(stack.role, stack.node);
    for (const std::int64_t line : stack.lines) value = mix(value, static_cast<std::size_t>(line));
    return value;
}

std::uint32_t JobTreeBuilder::intern(const JobFrame& frame) {
    const auto [found, is_new] = frame_numbers_.emplace(frame, static_cast<std::uint32_t>(frames_.size()));
    if (is_new) frames_.push_back(frame);
    return found->second;
}

std::uint32_t JobTreeBuilder::intern(const JobStack& stack) {
    const auto [found, is_new] = stack_numbers_.emplace(stack, static_cast<std::uint32_t>(stacks_.size()));
    if (is_new) stacks_.push_back(stack);
    return found->second;
}

std::uint32_t JobTreeBuilder::role_of(const std::string& name) {
    const auto [found, is_new] = role_numbers_.emplace(name, static_cast<std::uint32_t>(roles_.size()));
    if (is_new) roles_.push_back({name, {}, {}});
    return found->second;
}

std::uint32_t JobTreeBuilder::child_of(Role& role, std::uint32_t parent, std::uint32_t frame) {
    const std::uint64_t key = (std::uint64_t{parent + 1} << 32) | frame;  // kNone + 1 is 0: the roots' parent
    const auto [found, is_new] = role.children.emplace(key, static_cast<std::uint32_t>(role.nodes.size()));
    if (is_new) role.nodes.push_back({parent, frame, {}});
    return found->second;
}

std::uint32_t JobTreeBuilder::add_member(JobMember member) {
    member.stack.reset();
    members_.push_back(std::move(member));
    return static_cast<std::uint32_t>(members_.size() - 1);
}

void JobTreeBuilder::add_thread(std::uint32_t member, const std::string& role_name, const std::vector<Call>& calls,
                                bool stands_here) {
    const std::uint32_t number = role_of(role_name);
    Role& role = roles_[number];
    JobStack stack{number, kNone, {}};
    for (const Call& call : calls) {
        stack.node = child_of(role, stack.node, intern(call.frame));
        role.nodes[stack.node].members.add(member);
        stack.lines.push_back(call.line);
    }
    if (stands_here && !calls.empty()) members_[member].stack = intern(stack);
}

void JobTreeBuilder::add_tree(const JobTree& tree) {
    const auto first_member = static_cast<std::uint32_t>(members_.size());
    std::vector<std::uint32_t> frames, roles;
    for (const JobFrame& frame : tree.frames) frames.push_back(intern(frame));
    std::vector<std::vector<std::uint32_t>> nodes(tree.roles.size());
    for (std::size_t r = 0; r < tree.roles.size(); ++r) {
        roles.push_back(role_of(tree.roles[r].name));
        Role& role = roles_[roles.back()];
        for (std::uint32_t i = 0; i < tree.roles[r].nodes.size(); ++i) {
            const JobNode& node = tree.roles[r].nodes[i];
            const std::uint32_t parent = node.parent == i ? kNone : nodes[r][node.parent];
            nodes[r].push_back(child_of(role, parent, frames[node.frame]));
            IntervalSet& set = role.nodes[nodes[r].back()].members;
            for (const auto& run : node.members.runs()) set.add({first_member + run.first, first_member + run.last});
        }
    }
    std::vector<std::uint32_t> stacks;
    for (const JobStack& stack : tree.stacks) {
        stacks.push_back(intern(JobStack{roles[stack.role], nodes[stack.role][stack.node], stack.lines}));
    }
    for (const JobMember& member : tree.members) {
        members_.push_back(member);
        if (member.stack) members_.back().stack = stacks[*member.stack];
    }
}

JobTree JobTreeBuilder::take() && {
    JobTree tree;
    const auto frames = sort_and_number(frames_);
    tree.frames = std::move(frames_);
    const auto roles = places_of(
        sorted_order(roles_.size(), [&](std::uint32_t a, std::uint32_t b) { return roles_[a].name < roles_[b].name; }));
    tree.roles.resize(roles_.size());
    std::vector<std::vector<std::uint32_t>> nodes(roles_.size());
    std::vector<std::vector<std::uint32_t>> orders(roles_.size());
    for (std::size_t r = 0; r < roles_.size(); ++r) {
        for (Node& node : roles_[r].nodes) node.frame = frames[node.frame];
        orders[r] = depth_first(roles_[r].nodes);
        nodes[r] = places_of(orders[r]);
    }
    for (JobStack& stack : stacks_) {
        stack.node = nodes[stack.role][stack.node];
        stack.role = roles[stack.role];
    }
    const auto stacks = sort_and_number(stacks_);
    tree.stacks = std::move(stacks_);
    for (JobMember& member : members_) {
        if (member.stack) member.stack = stacks[*member.stack];
    }
    const Renumbering members(sort_and_number(members_));
    tree.members = std::move(members_);
    for (std::size_t r = 0; r < roles_.size(); ++r) {
        JobRole& role = tree.roles[roles[r]];
        role.name = std::move(roles_[r].name);
        for (const std::uint32_t old : orders[r]) {
            Node& node = roles_[r].nodes[old];
            const auto own = static_cast<std::uint32_t>(role.nodes.size());
            const std::uint32_t parent = node.parent == kNone ? own : nodes[r][node.parent];
            node.members.normalize();
            role.nodes.push_back({parent, node.frame, members.apply(node.members)});
        }
    }
    return tree;
}

}  // namespace pycore
