// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/walk_list.h"

#include <map>
#include <vector>

#include "support/catch.h"

using namespace pycore;

namespace {

struct Walk {
    std::vector<std::uint64_t> visited;
    Result<void> done;
};

Walk walk(const std::map<std::uint64_t, std::uint64_t>& next, std::size_t limit) {
    std::vector<std::uint64_t> visited;
    auto done = walk_list({1}, limit, "nodes", [&](Address node) -> Result<Address> {
        visited.push_back(node.value);
        const auto found = next.find(node.value);
        if (found == next.end()) return Error{ErrorCode::Unmapped, "no node", node};
        return Address{found->second};
    });
    return {std::move(visited), std::move(done)};
}

}  // namespace

TEST_CASE("a list is walked to its null", "[base]") {
    const auto walked = walk({{1, 2}, {2, 3}, {3, 0}}, 3);
    CHECK(walked.done);
    CHECK(walked.visited == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("a list that runs in a circle is visited once and told", "[base]") {
    const auto walked = walk({{1, 2}, {2, 1}}, 100);
    REQUIRE_FALSE(walked.done);
    CHECK(walked.done.error().code == ErrorCode::Corrupt);
    CHECK(walked.done.error().message == "nodes run in a circle at 0x1");
    CHECK(walked.visited.size() == 2);
}

TEST_CASE("a list longer than its bound is cut there", "[base]") {
    const auto walked = walk({{1, 2}, {2, 3}, {3, 0}}, 2);
    REQUIRE_FALSE(walked.done);
    CHECK(walked.done.error().code == ErrorCode::Limit);
    CHECK(walked.visited.size() == 2);
}

TEST_CASE("what was visited before an unreadable node stays", "[base]") {
    const auto walked = walk({{1, 2}}, 100);
    REQUIRE_FALSE(walked.done);
    CHECK(walked.done.error().code == ErrorCode::Unmapped);
    CHECK(walked.visited == std::vector<std::uint64_t>{1, 2});
}
