// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/triage.h"

#include <algorithm>
#include <tuple>

#include "analysis/triage_part.h"
#include "support/catch.h"
#include "support/triage_builder.h"

using namespace pycore;
using test::input_with;
using test::stack_of;

namespace {

const StackItem kDecode = stack_of("SIGSEGV null", {"ext!decode", "app.io:load", "app.cli:run", "__main__:<module>"});
const StackItem kSolve = stack_of("SIGABRT", {"blas!solve", "app.math:fit", "app.cli:fit", "__main__:<module>"});

TriagePart both() { return merge_parts({input_with("a", kDecode), input_with("b", kSolve), input_with("c", kSolve)}); }

const StackCluster* find(const TriageReport& report, const std::string& path) {
    for (const StackCluster& cluster : report.clusters) {
        for (const std::size_t number : cluster.inputs) {
            if (report.part.inputs[number].path == path) return &cluster;
        }
    }
    return nullptr;
}

bool same(const Baseline& a, const Baseline& b) {
    if (a.entries.size() != b.entries.size()) return false;
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        const auto& [x, y] = std::tie(a.entries[i], b.entries[i]);
        if (x.id != y.id || x.status != y.status || x.signatures != y.signatures || x.title != y.title) return false;
        if (x.samples.size() != y.samples.size() || x.first_seen != y.first_seen || x.last_seen != y.last_seen) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("without a baseline every cluster is new, the largest first", "[analysis]") {
    const auto report = triage(both(), std::nullopt);
    REQUIRE(report.clusters.size() == 2);
    CHECK(report.clusters[0].inputs.size() == 2);
    CHECK(report.clusters[0].state == ClusterState::New);
    CHECK(report.clusters[1].state == ClusterState::New);
}

TEST_CASE("what the last run saw is known, what is fixed and back is a regression", "[analysis]") {
    Baseline baseline = update_baseline({}, triage(merge_parts({input_with("a", kDecode)}), Baseline{}));
    REQUIRE(baseline.entries.size() == 1);
    auto report = triage(both(), baseline);
    CHECK(find(report, "a")->state == ClusterState::Known);
    CHECK(find(report, "b")->state == ClusterState::New);
    CHECK(report.clusters[0].state == ClusterState::New);

    baseline.entries[0].status = BaselineStatus::Fixed;
    report = triage(both(), baseline);
    CHECK(find(report, "a")->state == ClusterState::Regression);
    CHECK(report.clusters[0].state == ClusterState::Regression);
    CHECK(triage(both(), update_baseline(baseline, report)).clusters[0].state == ClusterState::Known);
}

TEST_CASE("an ignored cluster stays ignored after an update", "[analysis]") {
    Baseline baseline = update_baseline({}, triage(both(), Baseline{}));
    for (BaselineEntry& entry : baseline.entries) entry.status = BaselineStatus::Ignored;
    baseline = update_baseline(baseline, triage(both(), baseline));
    CHECK(baseline.entries.size() == 2);
    for (const BaselineEntry& entry : baseline.entries) CHECK(entry.status == BaselineStatus::Ignored);
}

TEST_CASE("updating a baseline twice changes nothing more", "[analysis]") {
    const Baseline once = update_baseline({}, triage(both(), Baseline{}));
    const Baseline twice = update_baseline(once, triage(both(), once));
    CHECK(same(once, twice));
}

TEST_CASE("a known bug with another native function innermost keeps its id", "[analysis]") {
    const Baseline baseline = update_baseline({}, triage(merge_parts({input_with("a", kDecode)}), Baseline{}));
    const auto inlined =
        stack_of("SIGSEGV null", {"ext!decode_block", "ext!decode", "app.io:load", "app.cli:run", "__main__:<module>"});
    REQUIRE(inlined.L1 != kDecode.L1);
    const auto report = triage(merge_parts({input_with("z", inlined)}), baseline);
    REQUIRE(report.clusters.size() == 1);
    CHECK(report.clusters[0].state == ClusterState::Known);
    CHECK(report.clusters[0].id == baseline.entries[0].id);
    const Baseline learned = update_baseline(baseline, report);
    REQUIRE(learned.entries.size() == 1);
    CHECK(learned.entries[0].signatures.size() == 2);
}

TEST_CASE("clusters that the baseline knows as one are told as one", "[analysis]") {
    Baseline baseline = update_baseline({}, triage(both(), Baseline{}));
    BaselineEntry& first = baseline.entries[0];
    first.signatures.push_back(baseline.entries[1].signatures[0]);
    baseline.entries.pop_back();
    const auto report = triage(both(), baseline);
    REQUIRE(report.clusters.size() == 1);
    CHECK(report.clusters[0].inputs.size() == 3);
}

TEST_CASE("a title that people wrote into the baseline is the one that is told", "[analysis]") {
    Baseline baseline = update_baseline({}, triage(merge_parts({input_with("a", kDecode)}), Baseline{}));
    baseline.entries[0].title = "the decoder again";
    CHECK(triage(both(), baseline).clusters.back().title == "the decoder again");
}

TEST_CASE("a new cluster does not take the id that a baseline has for another one", "[analysis]") {
    Baseline baseline;
    baseline.entries.emplace_back();
    baseline.entries[0].id = kDecode.L1;
    const auto report = triage(merge_parts({input_with("a", kDecode)}), baseline);
    CHECK(report.clusters[0].id != kDecode.L1);
    CHECK(report.known_absent == 1);
}

TEST_CASE("first and last seen are the earliest and the latest change of an input", "[analysis]") {
    TriagePart part = both();
    part.inputs[1].time = 200;
    part.inputs[2].time = 100;
    const Baseline baseline = update_baseline({}, triage(part, Baseline{}));
    const auto found = std::find_if(baseline.entries.begin(), baseline.entries.end(),
                                    [](const BaselineEntry& entry) { return entry.last_seen == 200; });
    REQUIRE(found != baseline.entries.end());
    CHECK(found->first_seen == 100);
}
