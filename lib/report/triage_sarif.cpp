// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/frame_text.h"
#include "report/triage_stack.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"

// SARIF 2.1.0: a rule and a result a cluster. The result stands at the innermost Python line of the application,
// its code flow is the stack, its fingerprint the L1 signature, so that a code scanning service knows it again.

namespace pycore {
namespace {

constexpr std::size_t kMaxResults = 25'000;  // of one run: GitHub refuses more

std::string escaped(std::string_view text) {
    std::string out = escape(text);
    if (out.find("](") == std::string::npos) return out;
    std::string sound;  // else a viewer takes it for a link (SARIF 3.11.6)
    for (const char c : out) {
        if (c == '[' || c == ']') sound += '\\';
        sound += c;
    }
    return sound;
}

std::string uri_of(std::string_view path) {
    std::string uri = path.starts_with('/') ? "file://" : "";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain =
            (byte < 0x80 && std::isalnum(byte) != 0) || std::string_view("-._~/").find(c) != std::string_view::npos;
        uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return uri;
}

void write_message(JsonStream& json, std::string_view name, const std::string& text) {
    json.key(name);
    json.begin_object(JsonLayout::OneLine);
    json.member("text", escaped(text));
    json.end_object();
}

// Member physicalLocation.
void write_place(JsonStream& json, std::string_view file, std::optional<std::int64_t> line,
                 std::optional<std::int64_t> column = std::nullopt) {
    json.key("physicalLocation");
    json.begin_object(JsonLayout::OneLine);
    json.key("artifactLocation");
    json.begin_object(JsonLayout::OneLine);
    json.member("uri", uri_of(file));
    json.end_object();
    if (line && *line > 0) {
        json.key("region");
        json.begin_object(JsonLayout::OneLine);
        json.member("startLine", *line);
        if (column && *column > 0) json.member("startColumn", *column);
        json.end_object();
    }
    json.end_object();
}

void write_function(JsonStream& json, const std::string& name) {
    json.key("logicalLocations");
    json.begin_array(JsonLayout::OneLine);
    json.begin_object(JsonLayout::OneLine);
    json.member("fullyQualifiedName", escape(name));
    json.member("kind", "function");
    json.end_object();
    json.end_array();
}

void write_locations(JsonStream& json, const StackItem& stack) {
    json.key("locations");
    json.begin_array(JsonLayout::OneLine);
    json.begin_object(JsonLayout::OneLine);
    if (const PythonFrame* frame = innermost_app_frame(stack)) {
        write_place(json, *frame->file, frame->line);
        if (frame->function) write_function(json, frame->qualname.value_or(*frame->function));
    } else {
        write_place(json, stack.sample, std::nullopt);
    }
    json.end_object();
    json.end_array();
}

void write_flow_step(JsonStream& json, const ShownFrame& frame) {
    json.begin_object(JsonLayout::OneLine);
    json.key("location");
    json.begin_object(JsonLayout::OneLine);
    if (const PythonFrame* python = frame.python()) {
        if (python->file) write_place(json, *python->file, python->line);
    } else if (const auto& location = frame.function->location) {
        write_place(json, location->file, location->line, location->column);
    }
    write_message(json, "message", brief_frame(frame));
    json.end_object();
    json.end_object();
}

void write_code_flow(JsonStream& json, const StackItem& stack) {
    const auto frames = representative_frames(stack);
    if (frames.empty()) return;
    json.key("codeFlows");
    json.begin_array(JsonLayout::OneLine);
    json.begin_object(JsonLayout::OneLine);
    json.key("threadFlows");
    json.begin_array(JsonLayout::OneLine);
    json.begin_object(JsonLayout::OneLine);
    json.key("locations");
    json.begin_array(JsonLayout::OneLine);
    for (const ShownFrame& frame : frames) write_flow_step(json, frame);
    for (int level = 0; level < 2; ++level) {
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

std::string_view level_of(ClusterState state) {
    switch (state) {
        case ClusterState::New:
        case ClusterState::Regression: return "error";
        case ClusterState::Known: return "warning";
        case ClusterState::Ignored: break;
    }
    return "note";
}

void write_rule(JsonStream& json, const StackCluster& cluster) {
    json.begin_object(JsonLayout::OneLine);
    json.member("id", cluster.id);
    write_message(json, "shortDescription", cluster.title);
    json.key("defaultConfiguration");
    json.begin_object(JsonLayout::OneLine);
    json.member("level", "error");
    json.end_object();
    json.end_object();
}

std::string message_of(const TriageReport& report, const StackCluster& cluster) {
    std::string text = cluster.title + "; " + counted(cluster.inputs.size(), "input");
    const std::string versions = versions_phrase(cluster);
    if (!versions.empty()) text += ", " + versions;
    text += ", such as " + report.representative(cluster).sample + "; " + certainty_phrase(cluster);
    return text;
}

void write_fingerprints(JsonStream& json, const StackItem& stack) {
    json.key("partialFingerprints");
    json.begin_object(JsonLayout::OneLine);
    json.member("pycore/v1", stack.L1);
    json.member("pycore/site/v1", stack.L0);
    json.end_object();
}

void write_state(JsonStream& json, const TriageReport& report, const StackCluster& cluster) {
    if (report.has_baseline) {
        const bool known = cluster.state == ClusterState::Known || cluster.state == ClusterState::Ignored;
        json.member("baselineState", known ? "unchanged" : "new");
    }
    if (cluster.state == ClusterState::Ignored) {
        json.key("suppressions");
        json.begin_array(JsonLayout::OneLine);
        json.begin_object(JsonLayout::OneLine);
        json.member("kind", "external");
        json.end_object();
        json.end_array();
    }
    json.key("properties");
    json.begin_object(JsonLayout::OneLine);
    json.member("state", to_string(cluster.state));
    json.member("confidence", cluster.confidence);
    json.member("margin", cluster.margin);
    json.end_object();
}

void write_result(JsonStream& json, const TriageReport& report, const StackCluster& cluster, std::size_t rule) {
    const StackItem& stack = report.representative(cluster);
    json.begin_object();
    json.member("ruleId", cluster.id);
    json.member("ruleIndex", std::uint64_t{rule});
    json.member("level", level_of(cluster.state));
    write_message(json, "message", message_of(report, cluster));
    write_locations(json, stack);
    json.member("occurrenceCount", std::uint64_t{cluster.inputs.size()});
    write_fingerprints(json, stack);
    write_code_flow(json, stack);
    write_state(json, report, cluster);
    json.end_object();
}

void write_notification(JsonStream& json, const std::string& text, std::string_view level) {
    json.begin_object(JsonLayout::OneLine);
    json.member("level", level);
    write_message(json, "message", text);
    json.end_object();
}

void write_invocation(JsonStream& json, const TriageReport& report, std::size_t left_out) {
    json.key("invocations");
    json.begin_array(JsonLayout::OneLine);
    json.begin_object();
    json.member("executionSuccessful", true);
    json.key("toolExecutionNotifications");
    json.begin_array();
    for (const TriageInput& input : report.part.inputs) {
        if (input.reason.empty()) continue;
        const bool lost = input.status == InputStatus::Unreadable;
        write_notification(json, input.path + ": " + input.reason, lost ? "error" : "warning");
    }
    if (left_out > 0) write_notification(json, counted(left_out, "more cluster") + " are not in this file", "warning");
    json.end_array();
    json.end_object();
    json.end_array();
}

}  // namespace

std::string write_triage_sarif(const TriageReport& report, const TriageOptions& options) {
    const std::size_t shown = std::min(report.clusters.size(), kMaxResults);
    JsonStream json(options.sink);
    json.begin_object();
    json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json.member("version", "2.1.0");
    json.key("runs");
    json.begin_array();
    json.begin_object();
    json.key("tool");
    json.begin_object();
    json.key("driver");
    json.begin_object();
    json.member("name", "pycore");
    json.member("version", options.tool_version);
    json.key("rules");
    json.begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_rule(json, report.clusters[i]);
    json.end_array();
    json.end_object();
    json.end_object();
    json.key("automationDetails");
    json.begin_object(JsonLayout::OneLine);
    json.member("id", "pycore-triage/");
    json.end_object();
    write_invocation(json, report, report.clusters.size() - shown);
    json.key("results");
    json.begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_result(json, report, report.clusters[i], i);
    json.end_array();
    json.end_object();
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

}  // namespace pycore
