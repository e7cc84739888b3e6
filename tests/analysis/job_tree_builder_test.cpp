// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/job_tree_builder.h"

#include <numeric>
#include <random>

#include "report/job_part.h"
#include "support/catch.h"

using namespace pycore;

namespace {

JobFrame python(const std::string& function) { return {true, "/job/train.py", function}; }

// A job with ranks in a few places, with pools of threads, and some that cannot be read.
JobTree member_of(std::int64_t rank, std::mt19937& random) {
    JobTreeBuilder builder;
    JobMember member;
    member.rank = rank;
    member.host = "n" + std::to_string(rank / 4);
    member.target = "rank" + std::to_string(rank) + ".core";
    member.status = random() % 10 == 0 ? "unreadable" : "read";
    const bool readable = member.status == "read";
    const std::uint32_t number = builder.add_member(member);
    if (!readable) return std::move(builder).take();
    for (std::uint32_t thread = 0; thread < 1 + random() % 4; ++thread) {
        std::vector<JobTreeBuilder::Call> calls{{python("<module>"), 9}, {python("main"), 7}};
        for (std::uint32_t depth = 0; depth < random() % 5; ++depth) {
            calls.push_back({python("f" + std::to_string(random() % 3)), static_cast<std::int64_t>(random() % 3)});
        }
        builder.add_thread(number, thread == 0 ? "MainThread" : "pool-#", calls, thread == 0);
    }
    return std::move(builder).take();
}

JobTree merged(const std::vector<JobTree>& trees, const std::vector<std::size_t>& order) {
    JobTreeBuilder builder;
    for (const std::size_t index : order) builder.add_tree(trees[index]);
    return std::move(builder).take();
}

std::vector<std::size_t> numbers(std::size_t size) {
    std::vector<std::size_t> all(size);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

}  // namespace

TEST_CASE("any order and any grouping of parts gives the same job, byte for byte", "[analysis]") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        std::mt19937 random(seed);
        std::vector<JobTree> trees;
        for (std::int64_t rank = 0; rank < 12; ++rank) trees.push_back(member_of(rank, random));
        auto order = numbers(trees.size());
        const JobTree whole = merged(trees, order);
        const std::string bytes = write_job_part(whole, "0.1.0");
        for (int round = 0; round < 5; ++round) {
            std::shuffle(order.begin(), order.end(), random);
            // Groups of random size, merged first, written, read, and merged in any order.
            std::vector<JobTree> parts;
            for (std::size_t begin = 0; begin < order.size();) {
                const std::size_t end = std::min<std::size_t>(begin + 1 + random() % 5, order.size());
                const JobTree part = merged(trees, {order.begin() + begin, order.begin() + end});
                const auto read = read_job_part(write_job_part(part, "0.1.0"));
                REQUIRE(read);
                CHECK(*read == part);
                parts.push_back(*read);
                begin = end;
            }
            auto part_order = numbers(parts.size());
            std::shuffle(part_order.begin(), part_order.end(), random);
            const JobTree again = merged(parts, part_order);
            CHECK(again == whole);
            CHECK(write_job_part(again, "0.1.0") == bytes);
        }
    }
}

TEST_CASE("a part that is given twice counts once", "[analysis]") {
    std::mt19937 random(7);
    const JobTree one = member_of(3, random);
    CHECK(merged({one, one}, {0, 1}) == one);
}

TEST_CASE("ranks in one place are one run, whatever their number", "[analysis]") {
    JobTreeBuilder builder;
    for (std::int64_t rank = 999; rank >= 0; --rank) {
        JobMember member;
        member.rank = rank;
        builder.add_thread(builder.add_member(member), "MainThread", {{python("main"), 1}}, true);
    }
    const JobTree tree = std::move(builder).take();
    REQUIRE(tree.roles.size() == 1);
    CHECK(tree.roles[0].nodes.at(0).members.runs() == std::vector<IntervalSet::Run>{{0, 999}});
    CHECK(tree.stacks.size() == 1);
}

TEST_CASE("parts with numbers that lead nowhere are refused", "[analysis]") {
    const std::string head = R"({"schema": "pycore/merge-part/1", "frames": [["p", "a.py", "f"]], )";
    const auto refused = [&](const std::string& rest) { return !read_job_part(head + rest + "}").has_value(); };
    const std::string members = R"("members": [{"target": "x", "status": "read"}])";
    CHECK(!refused(R"("roles": [{"name": "M", "nodes": [[0, 0, 0, 0]]}], "stacks": [[0, 0, 5]], )" + members));
    CHECK(refused(R"("roles": [{"name": "M", "nodes": [[1, 0, 0, 0]]}], "stacks": [], )" + members));
    CHECK(refused(R"("roles": [{"name": "M", "nodes": [[0, 1, 0, 0]]}], "stacks": [], )" + members));
    CHECK(refused(R"("roles": [{"name": "M", "nodes": [[0, 0, 0, 1]]}], "stacks": [], )" + members));
    CHECK(refused(R"("roles": [{"name": "M", "nodes": [[0, 0, 0]]}], "stacks": [], )" + members));
    CHECK(refused(R"("roles": [], "stacks": [[0, 0]], )" + members));
    std::string chain = "[0, 0, 0, 0]";
    for (int i = 0; i < 2000; ++i) chain += ", [" + std::to_string(i) + ", 0, 0, 0]";
    CHECK(refused(R"("roles": [{"name": "M", "nodes": [)" + chain + R"(]}], "stacks": [], )" + members));
    CHECK(refused(R"("roles": [], "stacks": [], "members": [{"target": "x", "stack": 0}])"));
    CHECK(refused(R"("roles": [], "stacks": [], "members": [7])"));
}
