// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <algorithm>
#include <utility>

#include "base/compact_ranges.h"
#include "report/job_parts.h"
#include "report/job_writer.h"

namespace pycore {
namespace {

class JobJson {
public:
    JobJson(const JobTree& tree, const JobReport& report, TextSink sink)
        : json_(std::move(sink)), tree_(tree), report_(report), labels_(tree, report) {}

    std::string write(std::string_view tool_version) {
        json_.begin_object();
        write_head(tool_version);
        write_summary();
        list("members", tree_.members, [&](const JobMember& member) { write_member(member); });
        list("classes", report_.classes, [&](const JobClass& made) { write_class(made); });
        json_.key("tree");
        write_tree();
        json_.member("completeness", completeness());
        json_.key("diagnostics");
        write_diagnostics();
        json_.end_object();
        return std::move(json_).take();
    }

private:
    template <typename Items, typename Write>
    void list(std::string_view name, const Items& items, Write&& write) {
        json_.key(name);
        json_.begin_array();
        for (const auto& item : items) write(item);
        json_.end_array();
    }

    void write_head(std::string_view tool_version) {
        json_.member("schema", "pycore/merge/1");
        json_.key("tool");
        json_.begin_object(JsonLayout::OneLine);
        json_.member("name", "pycore");
        json_.member("version", tool_version);
        json_.end_object();
        json_.key("source");
        json_.begin_object(JsonLayout::OneLine);
        json_.member("kind", "batch");  // the members tell where they come from
        for (const char* unknown : {"path", "arch", "producer"}) {
            json_.key(unknown);
            json_.null();
        }
        json_.end_object();
    }

    void write_summary() {
        json_.member("label", to_string(report_.label));
        json_.member("count", static_cast<std::uint64_t>(report_.processes.size()));
        json_.member("expected", report_.expected);
        json_.member("snapshots", static_cast<std::uint64_t>(report_.snapshots));
        json_.member("missing", compact_ranges(report_.missing.ranks));
        json_.member("missing_suspect", report_.missing.suspect);
        json_.member("missing_why", report_.missing.why);
        json_.member("suspects", compact_ranges(suspects()));
        json_.member("verdict", report_.verdict);
    }

    std::vector<std::int64_t> suspects() const {
        std::vector<std::int64_t> all;
        if (report_.missing.suspect) all = report_.missing.ranks;
        for (const JobClass& made : report_.classes) {
            if (made.suspect) all.insert(all.end(), made.labels.begin(), made.labels.end());
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    void write_member(const JobMember& member) {
        json_.begin_object(JsonLayout::OneLine);
        json_.member("target", member.target);
        json_.member("rank", member.rank);
        json_.member("host", member.host);
        json_.member("pid", member.pid);
        json_.member("status", member.status);
        json_.member("reason", member.reason.empty() ? std::nullopt : std::optional(member.reason));
        json_.member("time", member.time);
        json_.member("job", member.job);
        json_.end_object();
    }

    // Members of an object that is open.
    void write_frame(const JobFrame& frame) {
        json_.member("kind", frame.python ? "python" : "native");
        json_.member("function", frame.function.empty() ? std::nullopt : std::optional(frame.function));
        json_.member(frame.python ? "file" : "module", frame.file.empty() ? std::nullopt : std::optional(frame.file));
    }

    void write_class(const JobClass& made) {
        json_.begin_object();
        json_.member("ranks", compact_ranges(made.labels));
        json_.member("count", static_cast<std::uint64_t>(made.labels.size()));
        json_.member("stance", to_string(made.stance));
        json_.member("operation", made.operation.empty() ? std::nullopt : std::optional(made.operation));
        json_.member("wait", made.wait.empty() ? std::nullopt : std::optional(made.wait));
        json_.member("suspect", made.suspect);
        json_.member("why", made.suspect ? std::optional(made.why) : std::nullopt);
        json_.member("progress", made.progress);
        json_.member("moved", made.moved);
        json_.key("hosts");
        json_.begin_array(JsonLayout::OneLine);
        for (const std::string& host : made.hosts) json_.value(host);
        json_.end_array();
        json_.member("application",
                     made.application ? std::optional(static_cast<std::int64_t>(*made.application)) : std::nullopt);
        json_.key("frames");
        json_.begin_array();
        for (const ClassFrame& frame : made.frames) {
            json_.begin_object(JsonLayout::OneLine);
            write_frame(tree_.frames[frame.frame]);
            json_.member("line", frame.line > 0 ? std::optional(frame.line) : std::nullopt);
            json_.end_object();
        }
        json_.end_array();
        json_.end_object();
    }

    // Opens an object of the tree, with its children open.
    void open_node(const std::vector<std::int64_t>& labels) {
        json_.member("ranks", compact_ranges(labels));
        json_.member("count", static_cast<std::uint64_t>(labels.size()));
        json_.key("children");
        json_.begin_array();
    }
    void close_node() {
        json_.end_array();
        json_.end_object();
    }

    void write_tree() {
        IntervalSet all;
        if (!tree_.members.empty()) all.add({0, static_cast<std::uint32_t>(tree_.members.size() - 1)});
        json_.begin_object();
        json_.key("frame");
        json_.null();
        open_node(labels_.of(all));
        for (const JobRole* role : shown_roles(tree_)) write_role(*role);
        close_node();
    }

    void write_role(const JobRole& role) {
        const auto nodes = shown_nodes(tree_, report_, role, labels_);
        if (nodes.empty()) return;
        IntervalSet all;
        for (const ShownNode& node : nodes) {
            if (node.depth > 0) continue;
            for (const auto& run : role.nodes[node.node].members.runs()) all.add(run);
        }
        all.normalize();
        json_.begin_object();
        json_.key("frame");
        json_.begin_object(JsonLayout::OneLine);
        json_.member("kind", "role");
        json_.member("name", role.name);
        json_.end_object();
        open_node(labels_.of(all));
        std::size_t open = 0;
        for (const ShownNode& node : nodes) {
            for (; open > node.depth; --open) close_node();
            json_.begin_object();
            json_.key("frame");
            json_.begin_object(JsonLayout::OneLine);
            write_frame(tree_.frames[role.nodes[node.node].frame]);
            json_.end_object();
            open_node(node.labels);
            ++open;
        }
        for (; open > 0; --open) close_node();
        close_node();
    }

    std::string_view completeness() const {
        const bool whole = report_.missing.ranks.empty() &&
                           std::all_of(tree_.members.begin(), tree_.members.end(),
                                       [](const JobMember& member) { return member.status == "read"; });
        if (whole) return "complete";
        const bool none = std::all_of(tree_.members.begin(), tree_.members.end(),
                                      [](const JobMember& member) { return member.status == "unreadable"; });
        return none ? "none" : "partial";
    }

    void write_diagnostics() {
        json_.begin_array();
        for (const JobMember& member : tree_.members) {
            if (member.status == "read") continue;
            json_.begin_object(JsonLayout::OneLine);
            json_.member("severity", "warning");
            json_.member("code", member.status);
            json_.key("address");
            json_.null();
            json_.key("thread");
            json_.null();
            json_.member("message", member.target + ": " + member.reason);
            json_.end_object();
        }
        json_.end_array();
    }

    JsonStream json_;
    const JobTree& tree_;
    const JobReport& report_;
    JobLabels labels_;
};

}  // namespace

std::string write_job_json(const JobTree& tree, const JobReport& report, std::string_view tool_version, TextSink sink) {
    return JobJson(tree, report, std::move(sink)).write(tool_version);
}

}  // namespace pycore
