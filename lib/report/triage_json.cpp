// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <unordered_map>

#include "base/compact_ranges.h"
#include "report/json_parts.h"
#include "report/triage_json_parts.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"
#include "report/words.h"

namespace pycore {
namespace {

constexpr std::string_view kSchema = "pycore/triage/1";

using ClusterOfInput = std::unordered_map<std::size_t, const StackCluster*>;

ClusterOfInput clusters_by_input(const TriageReport& report) {
    ClusterOfInput clusters;
    for (const StackCluster& cluster : report.clusters) {
        for (const std::size_t input : cluster.inputs) clusters[input] = &cluster;
    }
    return clusters;
}

void write_source(JsonStream& json) {
    json.key("source");
    json.begin_object(JsonLayout::OneLine);
    json.member("kind", "batch");
    for (const char* unknown : {"path", "arch", "producer"}) {
        json.key(unknown);
        json.null();
    }
    json.end_object();
}

void write_totals(JsonStream& json, const TriageReport& report) {
    const TriageTotals totals = totals_of(report);
    const auto number = [&](std::string_view name, std::size_t value) { json.member(name, std::uint64_t{value}); };
    json.key("totals");
    json.begin_object(JsonLayout::OneLine);
    number("inputs", totals.inputs);
    number("read", totals.inputs - totals.partial - totals.unreadable);
    number("partial", totals.partial);
    number("unreadable", totals.unreadable);
    number("clusters", totals.clusters);
    number("new", totals.fresh);
    number("known", totals.known);
    number("regression", totals.regressions);
    number("ignored", totals.ignored);
    json.member("known_absent", report.has_baseline ? std::optional<std::uint64_t>(report.known_absent) : std::nullopt);
    json.end_object();
}

void write_input_members(JsonStream& json, const TriageInput& input, const StackCluster* cluster) {
    json.member("path", input.path);
    json.member("status", to_string(input.status));
    json.member("cluster", cluster != nullptr ? std::optional(cluster->id) : std::nullopt);
    json.member("reason", input.reason.empty() ? std::nullopt : std::optional(input.reason));
    json.member("version", input.version);
    json.member("executable", input.executable);
    json.member("host", input.host);
    json.member("rank", input.rank);
}

void write_shares(JsonStream& json, std::string_view name, std::string_view what,
                  const std::vector<ClusterShare>& shares) {
    json.key(name);
    json.begin_array(JsonLayout::OneLine);
    for (const ClusterShare& share : shares) {
        json.begin_object(JsonLayout::OneLine);
        json.member(what, share.what);
        json.member("count", std::uint64_t{share.count});
        json.end_object();
    }
    json.end_array();
}

void write_signature(JsonStream& json, const StackItem& stack) {
    json.key("signature");
    json.begin_object(JsonLayout::OneLine);
    json.member("L0", stack.L0);
    json.member("L1", stack.L1);
    json.member("L2", stack.key);
    json.member("L3", stack.L3);
    json.end_object();
}

void write_cluster_members(JsonStream& json, const TriageReport& report, const StackCluster& cluster) {
    const StackItem& stack = report.representative(cluster);
    json.member("id", cluster.id);
    json.member("title", cluster.title);
    json.member("count", std::uint64_t{cluster.inputs.size()});
    json.member("reason", stack.reason);
    json.member("state", to_string(cluster.state));
    json.member("confidence", cluster.confidence);
    json.member("cohesion", cluster.cohesion);
    json.member("margin", cluster.margin);
    json.member("nearest", cluster.nearest);
    write_signature(json, stack);
    json.member("stacks", std::uint64_t{cluster.stacks.size()});
    write_shares(json, "versions", "version", cluster.versions);
    write_shares(json, "hosts", "host", cluster.hosts);
    json.member("ranks", cluster.ranks.empty() ? std::nullopt : std::optional(compact_ranges(cluster.ranks)));
    json.key("inputs");
    json.begin_array();
    for (const std::size_t input : cluster.inputs) json.value(report.part.inputs[input].path);
    json.end_array();
    json.member("sample", stack.sample);
    json.key("frames");
    write_tokens(json, stack.tokens);
    json.key("representative");
    write_threads(json, stack.threads, JsonLayout::Lines);
}

void write_diagnostics(JsonStream& json, const TriageReport& report) {
    json.key("diagnostics");
    json.begin_array();
    for (const TriageInput& input : report.part.inputs) {
        if (input.reason.empty()) continue;
        json.begin_object(JsonLayout::OneLine);
        json.member("severity", input.status == InputStatus::Unreadable ? "error" : "warning");
        json.member("code", to_string(input.status));
        json.key("address");
        json.null();
        json.key("thread");
        json.null();
        json.member("message", input.path + ": " + input.reason);
        json.end_object();
    }
    json.end_array();
}

void write_head(JsonStream& json, const TriageOptions& options) {
    json.member("schema", kSchema);
    write_tool(json, options.tool_version);
    write_source(json);
}

// One line of JSON Lines: what `write` writes, behind the kind of line that it is.
template <typename Write>
std::string json_line(std::string_view type, Write write) {
    JsonStream json;
    json.begin_object(JsonLayout::OneLine);
    json.member("schema", "pycore/triage-line/1");
    json.member("type", type);
    write(json);
    json.end_object();
    return std::move(json).take();
}

}  // namespace

void write_tokens(JsonStream& json, const std::vector<StackToken>& tokens) {
    json.begin_array(JsonLayout::OneLine);
    for (const StackToken& token : tokens) {
        json.begin_object(JsonLayout::OneLine);
        json.member("text", token.text);
        json.member("kind", token.python ? "python" : "native");
        json.member("site", token.site);
        json.end_object();
    }
    json.end_array();
}

void write_threads(JsonStream& json, const std::vector<ThreadState>& threads, JsonLayout layout) {
    json.begin_array(layout);
    for (const ThreadState& thread : threads) {
        json.begin_object(layout);
        write_thread_members(json, thread);
        json.key("frames");
        json.begin_array(layout);
        for (const ShownFrame& frame : shown_frames(thread, {NativeView::All, true, {}})) {
            write_frame(json, frame, thread);
        }
        json.end_array();
        json.member("merge", to_string(thread.stack.status));
        json.end_object();
    }
    json.end_array();
}

std::string write_triage_json(const TriageReport& report, const TriageOptions& options) {
    JsonStream json(options.sink);
    json.begin_object();
    write_head(json, options);
    write_totals(json, report);
    const ClusterOfInput clusters = clusters_by_input(report);
    json.key("inputs");
    json.begin_array();
    for (std::size_t i = 0; i < report.part.inputs.size(); ++i) {
        const auto cluster = clusters.find(i);
        json.begin_object(JsonLayout::OneLine);
        write_input_members(json, report.part.inputs[i], cluster == clusters.end() ? nullptr : cluster->second);
        json.end_object();
    }
    json.end_array();
    json.key("clusters");
    json.begin_array();
    for (const StackCluster& cluster : report.clusters) {
        json.begin_object();
        write_cluster_members(json, report, cluster);
        json.end_object();
    }
    json.end_array();
    json.member("completeness", to_string(completeness_of(totals_of(report))));
    write_diagnostics(json, report);
    json.end_object();
    return std::move(json).take();
}

std::string write_triage_jsonl(const TriageReport& report, const TriageOptions& options) {
    std::string out = json_line("totals", [&](JsonStream& json) {
        write_tool(json, options.tool_version);
        write_totals(json, report);
        json.member("completeness", to_string(completeness_of(totals_of(report))));
    });
    for (const StackCluster& cluster : report.clusters) {
        out += json_line("cluster", [&](JsonStream& json) { write_cluster_members(json, report, cluster); });
    }
    const ClusterOfInput clusters = clusters_by_input(report);
    for (std::size_t i = 0; i < report.part.inputs.size(); ++i) {
        const auto cluster = clusters.find(i);
        out += json_line("input", [&](JsonStream& json) {
            write_input_members(json, report.part.inputs[i], cluster == clusters.end() ? nullptr : cluster->second);
        });
    }
    return out;
}

}  // namespace pycore
