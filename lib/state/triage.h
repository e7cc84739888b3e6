// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `pycore triage` knows: the inputs it looked at, their distinct stacks, and the clusters that these fall
// into. Everything but the clusters is a plain union over inputs (TriagePart), so that parts made anywhere,
// merged in any order, give the answer of one run over everything.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "state/process_state.h"

namespace pycore {

enum class InputStatus { Read, Partial, Unreadable };

// One core, snapshot or saved document that was to be read.
struct TriageInput {
    std::string path;
    InputStatus status = InputStatus::Unreadable;
    std::string reason;                  // why it is partial or unreadable: a sentence; else ""
    std::string stack;                   // StackItem::key; "" if unreadable
    std::optional<std::string> version;  // of CPython: "3.13.5"
    std::optional<std::string> executable;
    std::optional<std::string> host;
    std::optional<std::int64_t> rank;
    std::optional<std::int64_t> time;  // of the file's last change, seconds since the epoch
    bool operator==(const TriageInput&) const = default;
};

// A frame of a normalised stack.
struct StackToken {
    std::string text;
    bool python = false;
    bool site = false;  // one of those that L1 is made of
    auto operator<=>(const StackToken&) const = default;
};

// All inputs with the same normalised stack (L2). What is not part of the stack comes from the input whose
// path sorts first, its sample.
struct StackItem {
    std::string key;  // L2
    std::string L0;
    std::string L1;
    std::string L3;
    std::string reason;      // "SIGSEGV null"
    std::string confidence;  // "high", "medium", "low"
    std::string title;
    std::vector<StackToken> tokens;    // innermost first
    std::string sample;                // path of the input that the rest is from
    std::vector<ThreadState> threads;  // those that the signature tells about; what reports show of them
};

// Sorted by path and by key, each path and key once.
struct TriagePart {
    std::vector<TriageInput> inputs;
    std::vector<StackItem> stacks;
};

enum class ClusterState { New, Known, Regression, Ignored };

struct ClusterShare {
    std::string what;       // a version, a host
    std::size_t count = 0;  // inputs
};

struct StackCluster {
    std::string id;  // 16 hex digits; of the baseline, if it knows the cluster
    std::string title;
    ClusterState state = ClusterState::New;
    std::vector<std::size_t> stacks;  // into TriageReport::part.stacks; the representative first
    std::vector<std::size_t> inputs;  // into TriageReport::part.inputs, ascending
    std::string confidence;           // "high", "medium", "low"
    double cohesion = 1;              // mean similarity of its stacks, 0 to 1
    double margin = 1;                // by how much the nearest other cluster is less similar
    std::optional<std::string> nearest;
    std::vector<ClusterShare> versions;  // most frequent first
    std::vector<ClusterShare> hosts;
    std::vector<std::int64_t> ranks;  // ascending
};

struct TriageReport {
    TriagePart part;
    std::vector<StackCluster> clusters;  // regressions, new, known, ignored; the largest first
    bool has_baseline = false;
    std::size_t known_absent = 0;  // clusters of the baseline that did not occur

    const StackItem& representative(const StackCluster& cluster) const { return part.stacks[cluster.stacks.front()]; }
};

enum class BaselineStatus { Known, Fixed, Ignored };

struct BaselineSample {
    std::string reason;
    std::vector<StackToken> tokens;
};

struct BaselineEntry {
    std::string id;
    std::string title;
    BaselineStatus status = BaselineStatus::Known;
    std::string note;                     // people's own
    std::vector<std::string> signatures;  // L1, sorted
    std::vector<BaselineSample> samples;
    std::optional<std::int64_t> first_seen;  // seconds since the epoch: times of change of the inputs
    std::optional<std::int64_t> last_seen;
};

struct Baseline {
    std::vector<BaselineEntry> entries;  // sorted by id
};

}  // namespace pycore
