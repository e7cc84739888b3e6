// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/cluster.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/average_linkage.h"
#include "analysis/stack_similarity.h"
#include "analysis/triage_part.h"
#include "support/catch.h"
#include "support/triage_builder.h"

using namespace pycore;
using test::input_with;
using test::stack_of;

namespace {

TriagePart part_with(std::vector<StackItem> stacks) {
    std::vector<TriagePart> parts;
    for (StackItem& stack : stacks) {
        parts.push_back(input_with("core." + std::to_string(parts.size()), std::move(stack)));
    }
    return merge_parts(std::move(parts));
}

double alike(const StackItem& a, const StackItem& b) {
    FrameWeights weights({&a.tokens, &b.tokens});
    const WeightedStack first = weights.weigh(a.tokens, a.reason);
    return similarity(first, weights.weigh(b.tokens, b.reason));
}

// Ids and inputs, to compare whole clusterings.
std::vector<std::pair<std::string, std::vector<std::string>>> told(const TriagePart& part) {
    std::vector<std::pair<std::string, std::vector<std::string>>> all;
    for (const StackCluster& cluster : cluster_stacks(part)) {
        std::vector<std::string> paths;
        for (const std::size_t number : cluster.inputs) paths.push_back(part.inputs[number].path);
        all.emplace_back(cluster.id, paths);
    }
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace

TEST_CASE("a stack is wholly like itself, and not at all like one that shares nothing", "[analysis]") {
    const StackItem one = stack_of("SIGSEGV null", {"a!f", "m:g", "m:h"});
    const StackItem other = stack_of("SIGABRT", {"b!x", "n:y"});
    CHECK(std::abs(alike(one, one) - 1.0) < 1e-9);
    CHECK(std::abs(alike(one, other) - 0.0) < 1e-9);
}

TEST_CASE("similarity is the same in both directions, with frames that occur several times", "[analysis]") {
    const StackItem one = stack_of("SIGSEGV null", {"a!f", "m:g", "m:g", "m:g", "m:h", "a!f"});
    const StackItem other = stack_of("SIGSEGV null", {"a!f", "m:g", "m:k", "m:g"});
    CHECK(std::abs(alike(one, other) - alike(other, one)) < 1e-9);
    CHECK(alike(one, other) > 0.3);
    CHECK(alike(one, other) < 1);
}

TEST_CASE("the same bug with a function inlined by one compiler is one cluster", "[analysis]") {
    const auto part = part_with({stack_of("SIGSEGV null", {"ext!inner", "ext!apply", "app.train:step", "app.train:loop",
                                                           "app.cli:run", "__main__:<module>"}),
                                 stack_of("SIGSEGV null", {"ext!apply", "app.train:step", "app.train:loop",
                                                           "app.cli:run", "__main__:<module>"})});
    REQUIRE(part.stacks[0].L1 != part.stacks[1].L1);
    CHECK(cluster_stacks(part).size() == 1);
}

TEST_CASE("two bugs below the same main program stay two clusters", "[analysis]") {
    const auto part = part_with(
        {stack_of("SIGSEGV null", {"ext!decode", "app.io:load", "app.cli:run", "app.cli:main", "__main__:<module>"}),
         stack_of("SIGABRT", {"blas!solve", "app.math:fit", "app.cli:run", "app.cli:main", "__main__:<module>"})});
    const auto clusters = cluster_stacks(part);
    REQUIRE(clusters.size() == 2);
    CHECK(clusters[0].margin > 0.3);
}

TEST_CASE("two native functions that die below the same Python line stay two clusters", "[analysis]") {
    const auto part =
        part_with({stack_of("SIGSEGV null", {"ext!write", "app:die", "app:step", "app:train", "app:main"}),
                   stack_of("SIGSEGV null", {"ext!jump", "app:die", "app:step", "app:train", "app:main"})});
    CHECK(cluster_stacks(part).size() == 2);
}

TEST_CASE("stacks of one L1 signature are one cluster, however different their outer frames", "[analysis]") {
    const auto part = part_with({stack_of("SIGBUS", {"ext!f", "app:g", "a:1", "a:2", "a:3", "a:4", "a:5", "a:6"}),
                                 stack_of("SIGBUS", {"ext!f", "app:g", "b:1", "b:2", "b:3", "b:4", "b:5", "b:6"})});
    const auto clusters = cluster_stacks(part);
    REQUIRE(clusters.size() == 1);
    CHECK(clusters[0].id == part.stacks[0].L1);
    CHECK(clusters[0].inputs.size() == 2);
    CHECK(clusters[0].cohesion < 1);
}

TEST_CASE("the representative of a cluster is the stack that most inputs have", "[analysis]") {
    std::vector<TriagePart> parts;
    const auto rare = stack_of("SIGSEGV null", {"ext!f", "app:g", "a:rare"});
    const auto usual = stack_of("SIGSEGV null", {"ext!f", "app:g", "a:usual"});
    parts.push_back(input_with("a", rare));
    parts.push_back(input_with("b", usual));
    parts.push_back(input_with("c", usual));
    const TriagePart part = merge_parts(std::move(parts));
    const auto clusters = cluster_stacks(part);
    REQUIRE(clusters.size() == 1);
    CHECK(part.stacks[clusters[0].stacks.front()].key == usual.key);
    CHECK(clusters[0].inputs.size() == 3);
}

TEST_CASE("average linkage joins the nearest first and stops below the threshold", "[analysis]") {
    // 0 and 1 are near; 2 is near to 1 alone, so that its mean to both is too low.
    const std::vector<PairSimilarity> pairs = {{0, 1, 0.9}, {1, 2, 0.7}, {0, 2, 0.2}, {3, 4, 0.6}};
    CHECK(cluster_by_average_linkage(6, pairs, 0.6) == std::vector<std::uint32_t>{0, 0, 2, 3, 3, 5});
}

TEST_CASE("average linkage follows a chain of joins to its smallest member", "[analysis]") {
    const std::vector<PairSimilarity> pairs = {{2, 3, 1.0}, {1, 2, 0.9}, {1, 3, 0.9},
                                               {0, 1, 0.8}, {0, 2, 0.8}, {0, 3, 0.8}};
    CHECK(cluster_by_average_linkage(4, pairs, 0.5) == std::vector<std::uint32_t>{0, 0, 0, 0});
}

TEST_CASE("clusters do not depend on the order of inputs nor on how parts were grouped", "[analysis]") {
    std::mt19937 random(7);
    std::vector<TriagePart> inputs;
    for (std::size_t i = 0; i < 1500; ++i) {
        inputs.push_back(input_with("core." + std::to_string(i), test::made_up_stack(i % 300, i % 11)));
    }
    inputs.push_back(test::unreadable_input("core.none", "is no core"));
    const auto expected = told(merge_parts(inputs));
    CHECK(expected.size() > 200);
    for (int round = 0; round < 3; ++round) {
        std::shuffle(inputs.begin(), inputs.end(), random);
        std::vector<TriagePart> groups(1 + random() % 9);
        for (TriagePart& group : groups) group = {};
        for (const TriagePart& input : inputs) {
            TriagePart& group = groups[random() % groups.size()];
            group = merge_parts({std::move(group), input});
        }
        CHECK(told(merge_parts(std::move(groups))) == expected);
    }
}

TEST_CASE("an input told by two parts is counted once, as the better one tells it", "[analysis]") {
    const auto stack = stack_of("SIGSEGV null", {"ext!f", "app:g"});
    const TriagePart part = merge_parts(
        {test::unreadable_input("core.1", "cut off"), input_with("core.1", stack), input_with("core.1", stack)});
    REQUIRE(part.inputs.size() == 1);
    CHECK(part.inputs[0].status == InputStatus::Read);
    CHECK(part.stacks.size() == 1);
}

TEST_CASE("no stack at all gives no cluster", "[analysis]") {
    CHECK(cluster_stacks(merge_parts({test::unreadable_input("core.1", "is no core")})).empty());
    CHECK(cluster_stacks({}).empty());
}
