// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/process_table.h"

#include <unistd.h>

#include "support/catch.h"

using namespace pycore;

namespace {

ProcessTable table() {
    return ProcessTable({{1, 0, 0, 'S', "init"},
                         {10, 1, 0, 'S', "launcher"},
                         {20, 10, 0, 'S', "rank"},
                         {15, 20, 0, 'S', "loader"},
                         {30, 1, 0, 'S', "other"},
                         {40, 41, 0, 'S', "left"},
                         {41, 40, 0, 'S', "right"}});
}

using Pids = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a tree is a process and all that descend from it, parents first", "[job]") {
    CHECK(table().tree(10) == Pids{10, 20, 15});
    CHECK(table().tree(30) == Pids{30});
    CHECK(table().tree(99).empty());
    CHECK(table().ancestors(15) == Pids{20, 10, 1});
}

TEST_CASE("a circle of parents, as processes that come and go can leave in a table, ends", "[job]") {
    CHECK(table().tree(40) == Pids{40, 41});
    CHECK(table().ancestors(40).size() <= 7);
}

TEST_CASE("the table of this machine has us below our parent", "[job]") {
    const ProcessTable real = ProcessTable::read();
    REQUIRE(real.find(::getpid()) != nullptr);
    CHECK(real.find(::getpid())->parent == ::getppid());
    CHECK_FALSE(real.ancestors(::getpid()).empty());
}

TEST_CASE("a control group that is not there is told as such", "[job]") {
    const auto none = read_cgroup("/no/such/group");
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("no such control group") != std::string::npos);
}
