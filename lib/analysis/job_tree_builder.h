// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Merges members and whole trees into one JobTree. What comes out does not depend on the order or grouping of
// what went in.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "state/job_tree.h"

namespace pycore {

class JobTreeBuilder {
public:
    // A stack as it is added: outermost first.
    struct Call {
        JobFrame frame;
        std::int64_t line = 0;
    };

    // Returns the number by which threads of the member are added.
    std::uint32_t add_member(JobMember member);
    // A member may have many threads in a role. `stands_here`: this stack tells where the member is.
    void add_thread(std::uint32_t member, const std::string& role, const std::vector<Call>& calls, bool stands_here);
    void add_tree(const JobTree& tree);
    JobTree take() &&;

private:
    struct Node {
        std::uint32_t parent = 0;
        std::uint32_t frame = 0;
        IntervalSet members;
    };
    struct Role {
        std::string name;
        std::vector<Node> nodes;
        std::unordered_map<std::uint64_t, std::uint32_t> children;  // (parent + 1, frame) -> node
    };
    struct FrameHash {
        std::size_t operator()(const JobFrame& frame) const;
    };
    struct StackHash {
        std::size_t operator()(const JobStack& stack) const;
    };

    std::uint32_t intern(const JobFrame& frame);
    std::uint32_t intern(const JobStack& stack);
    std::uint32_t role_of(const std::string& name);
    // `parent`: kNone for a root.
    static std::uint32_t child_of(Role& role, std::uint32_t parent, std::uint32_t frame);

    std::vector<JobFrame> frames_;
    std::unordered_map<JobFrame, std::uint32_t, FrameHash> frame_numbers_;
    std::vector<Role> roles_;
    std::unordered_map<std::string, std::uint32_t> role_numbers_;
    std::vector<JobStack> stacks_;
    std::unordered_map<JobStack, std::uint32_t, StackHash> stack_numbers_;
    std::vector<JobMember> members_;
};

}  // namespace pycore
