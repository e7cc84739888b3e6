// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// A job's trees for other programs: Graphviz, flame graphs, speedscope.

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/compact_ranges.h"
#include "report/escape.h"
#include "report/job_parts.h"
#include "report/job_writer.h"
#include "report/json_stream.h"

namespace pycore {
namespace {

// Colours that can be told apart on white, one for each set of ranks (Okabe and Ito, without black and yellow).
constexpr const char* kColors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : escape(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

// In a line of folded stacks the separators are taken.
std::string folded_name(const std::string& text) {
    std::string name = escape(text);
    for (char& c : name) {
        if (c == ';') c = ':';
    }
    return name;
}

class Dot {
public:
    Dot(const JobTree& tree, const JobReport& report) : tree_(tree), report_(report), labels_(tree, report) {}

    std::string write() {
        out_ =
            "digraph pycore {\n  node [shape=box, fontname=\"Helvetica\", fontsize=11];\n"
            "  edge [fontname=\"Helvetica\", fontsize=10];\n";
        std::size_t number = 0;
        for (const JobRole* role : shown_roles(tree_)) write_role(*role, number++);
        return out_ + "}\n";
    }

private:
    const char* color_of(const std::string& ranks) {
        const auto [found, is_new] = colors_.emplace(ranks, colors_.size() % std::size(kColors));
        return kColors[found->second];
    }

    void write_role(const JobRole& role, std::size_t number) {
        const auto nodes = shown_nodes(tree_, report_, role, labels_);
        if (nodes.empty()) return;
        const std::string root = fmt::format("r{}", number);
        out_ += fmt::format("  {} [label={}, shape=ellipse];\n", root, quoted(role.name));
        std::vector<std::string> path;
        for (const ShownNode& node : nodes) {
            path.resize(node.depth);
            const std::string name = fmt::format("r{}n{}", number, node.node);
            const char* color = color_of(compact_ranges(node.labels));
            out_ += fmt::format("  {} [label={}, color=\"{}\"];\n", name,
                                quoted(frame_words(tree_.frames[role.nodes[node.node].frame])), color);
            out_ +=
                fmt::format("  {} -> {} [label={}, color=\"{}\"];\n", path.empty() ? root : path.back(), name,
                            quoted(fmt::format("{}:[{}]", node.labels.size(), readable_ranges(node.labels))), color);
            path.push_back(name);
        }
    }

    const JobTree& tree_;
    const JobReport& report_;
    JobLabels labels_;
    std::map<std::string, std::size_t> colors_;
    std::string out_;
};

// Each stack of a role that processes end in: its nodes, outermost first.
template <typename Use>
void for_each_stack(const std::vector<ShownNode>& nodes, Use&& use) {
    std::vector<const ShownNode*> path;
    for (const ShownNode& node : nodes) {
        path.resize(node.depth);
        path.push_back(&node);
        if (node.end) use(path);
    }
}

class Speedscope {
public:
    Speedscope(const JobTree& tree, const JobReport& report) : tree_(tree), report_(report), labels_(tree, report) {}

    std::string write(std::string_view version) {
        json_.begin_object();
        json_.member("$schema", "https://www.speedscope.app/file-format-schema.json");
        json_.member("exporter", fmt::format("pycore {}", version));
        json_.member("name", report_.verdict);
        json_.member("activeProfileIndex", std::uint64_t{0});
        json_.key("shared");
        json_.begin_object();
        write_frames();
        json_.end_object();
        json_.key("profiles");
        json_.begin_array();
        for (const JobRole* role : shown_roles(tree_)) write_profile(*role);
        json_.end_array();
        json_.end_object();
        return std::move(json_).take();
    }

private:
    void write_frames() {
        json_.key("frames");
        json_.begin_array();
        for (const JobFrame& frame : tree_.frames) {
            json_.begin_object(JsonLayout::OneLine);
            json_.member("name", frame_words(frame));
            if (!frame.file.empty()) json_.member("file", frame.file);
            json_.end_object();
        }
        json_.end_array();
    }

    void write_profile(const JobRole& role) {
        const auto nodes = shown_nodes(tree_, report_, role, labels_);
        if (nodes.empty()) return;
        std::vector<std::uint64_t> weights;
        std::uint64_t total = 0;
        json_.begin_object();
        json_.member("type", "sampled");
        json_.member("name", role.name);
        json_.member("unit", "none");
        json_.member("startValue", std::uint64_t{0});
        json_.key("samples");
        json_.begin_array();
        for_each_stack(nodes, [&](const std::vector<const ShownNode*>& path) {
            json_.begin_array(JsonLayout::OneLine);
            for (const ShownNode* node : path) json_.value(std::uint64_t{role.nodes[node->node].frame});
            json_.end_array();
            weights.push_back(path.back()->ending);
            total += path.back()->ending;
        });
        json_.end_array();
        json_.key("weights");
        json_.begin_array(JsonLayout::OneLine);
        for (const std::uint64_t weight : weights) json_.value(weight);
        json_.end_array();
        json_.member("endValue", total);
        json_.end_object();
    }

    const JobTree& tree_;
    const JobReport& report_;
    JobLabels labels_;
    JsonStream json_;
};

}  // namespace

std::string write_job_dot(const JobTree& tree, const JobReport& report) { return Dot(tree, report).write(); }

std::string write_job_folded(const JobTree& tree, const JobReport& report) {
    std::string out;
    const JobLabels labels(tree, report);
    for (const JobRole* role : shown_roles(tree)) {
        const auto nodes = shown_nodes(tree, report, *role, labels);
        for_each_stack(nodes, [&](const std::vector<const ShownNode*>& path) {
            out += folded_name(role->name);
            for (const ShownNode* node : path) {
                out += ';' + folded_name(frame_words(tree.frames[role->nodes[node->node].frame]));
            }
            out += fmt::format(" {}\n", path.back()->ending);
        });
    }
    return out;
}

std::string write_job_speedscope(const JobTree& tree, const JobReport& report, std::string_view tool_version) {
    return Speedscope(tree, report).write(tool_version);
}

}  // namespace pycore
