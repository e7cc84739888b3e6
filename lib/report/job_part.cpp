// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/job_part.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "report/json_fields.h"

namespace pycore {
namespace {

constexpr std::string_view kSchema = "pycore/merge-part/1";

void write_number(JsonStream& json, std::uint32_t number) { json.value(static_cast<std::uint64_t>(number)); }

void write_role(JsonStream& json, const JobRole& role) {
    json.begin_object();
    json.member("name", role.name);
    json.key("nodes");
    json.begin_array();
    for (const JobNode& node : role.nodes) {
        json.begin_array(JsonLayout::OneLine);
        write_number(json, node.parent);
        write_number(json, node.frame);
        for (const auto& run : node.members.runs()) {
            write_number(json, run.first);
            write_number(json, run.last);
        }
        json.end_array();
    }
    json.end_array();
    json.end_object();
}

void write_member(JsonStream& json, const JobMember& member) {
    json.begin_object(JsonLayout::OneLine);
    json.member("target", member.target);
    const auto known = [&](std::string_view name, const auto& value) {
        if (value) json.member(name, *value);
    };
    known("rank", member.rank);
    known("host", member.host);
    known("pid", member.pid);
    known("ppid", member.ppid);
    known("time", member.time);
    known("world_size", member.world_size);
    known("job", member.job);
    json.member("status", member.status);
    if (!member.reason.empty()) json.member("reason", member.reason);
    known("signal", member.signal);
    if (!member.wait.empty()) json.member("wait", member.wait);
    if (member.stack) json.member("stack", static_cast<std::uint64_t>(*member.stack));
    json.member("python", member.python);
    json.end_object();
}

// The numbers of a row, from the `first` on.
class Row {
public:
    explicit Row(const simdjson::dom::array& row) : at_(row.begin()), end_(row.end()) {}

    bool at_end() const { return !(at_ != end_); }
    // A number below `limit`; else the document is wrong.
    std::uint32_t number(std::size_t limit) {
        std::uint64_t value = 0;
        if (at_end() || (*at_).get(value) != simdjson::SUCCESS || value >= limit) {
            is_wrong_ = true;
            return 0;
        }
        ++at_;
        return static_cast<std::uint32_t>(value);
    }
    std::string text() {
        std::string_view value;
        if (at_end() || (*at_).get(value) != simdjson::SUCCESS) {
            is_wrong_ = true;
            return {};
        }
        ++at_;
        return std::string(value);
    }
    bool is_wrong() const { return is_wrong_; }

private:
    simdjson::dom::array::iterator at_, end_;
    bool is_wrong_ = false;
};

constexpr std::size_t kMostLine = std::size_t{1} << 31;
constexpr std::size_t kMostDepth = 1000;              // calls of a stack; ours have 401 at most
constexpr std::size_t kMostMembership = 200'000'000;  // members of all nodes of a role: a million ranks, 60 calls deep

class PartReader {
public:
    Result<JobTree> read(simdjson::dom::object document) {
        JsonFields fields(document, wrong_);
        if (fields.text_or("schema", "") != kSchema) {
            return Error{ErrorCode::Unsupported, "it is no part of a merge (schema pycore/merge-part/1)", {}};
        }
        for_each_row(fields.array("frames"), [&](Row& row) { read_frame(row); });
        const auto roles = fields.array("roles");
        const auto stacks = fields.array("stacks");
        // Members come last and are counted first: the nodes name them.
        const auto members = fields.array("members");
        if (members) count_members(*members);
        for_each_object(roles, wrong_, [&](JsonFields role) { read_role(role); });
        for_each_row(stacks, [&](Row& row) { read_stack(row); });
        for_each_object(members, wrong_, [&](JsonFields member) { read_member(member); });
        if (wrong_ == 0 && tree_.members.size() == member_count_) return std::move(tree_);
        return Error{ErrorCode::Corrupt, fmt::format("the part of a merge is damaged ({} wrong values)", wrong_), {}};
    }

private:
    template <typename Visit>
    void for_each_row(const std::optional<simdjson::dom::array>& rows, Visit&& visit) {
        if (!rows) {
            ++wrong_;
            return;
        }
        for (const simdjson::dom::element item : *rows) {
            simdjson::dom::array numbers;
            if (item.get(numbers) != simdjson::SUCCESS) {
                ++wrong_;
                continue;
            }
            Row row(numbers);
            visit(row);
            wrong_ += row.is_wrong() ? 1 : 0;
        }
    }

    void count_members(const simdjson::dom::array& members) {
        for ([[maybe_unused]] const auto member : members) ++member_count_;
    }

    void read_frame(Row& row) {
        JobFrame frame;
        frame.python = row.text() == "p";
        frame.file = row.text();
        frame.function = row.text();
        tree_.frames.push_back(std::move(frame));
    }

    void read_role(JsonFields& fields) {
        JobRole& role = tree_.roles.emplace_back();
        role.name = fields.text_or("name", "");
        std::vector<std::size_t> depths;
        std::size_t membership = 0;
        for_each_row(fields.array("nodes"), [&](Row& row) {
            JobNode node;
            node.parent = row.number(role.nodes.size() + 1);
            node.frame = row.number(tree_.frames.size());
            while (!row.at_end() && !row.is_wrong()) {
                const std::uint32_t first = row.number(member_count_);
                const std::uint32_t last = row.number(member_count_);
                wrong_ += first > last ? 1 : 0;
                if (!row.is_wrong() && first <= last) node.members.add({first, last});
            }
            node.members.normalize();
            const bool root = node.parent == role.nodes.size() || node.parent >= depths.size();
            depths.push_back(root ? 1 : depths[node.parent] + 1);
            membership += node.members.count();
            wrong_ += depths.back() > kMostDepth || membership > kMostMembership ? 1 : 0;
            role.nodes.push_back(std::move(node));
        });
    }

    void read_stack(Row& row) {
        JobStack stack;
        stack.role = row.number(tree_.roles.size());
        stack.node = row.number(row.is_wrong() ? 0 : tree_.roles[stack.role].nodes.size());
        while (!row.at_end() && !row.is_wrong()) stack.lines.push_back(row.number(kMostLine));
        if (!row.is_wrong()) tree_.stacks.push_back(std::move(stack));
    }

    void read_member(JsonFields& fields) {
        JobMember member;
        member.target = fields.text_or("target", "");
        member.rank = fields.number("rank");
        member.host = fields.text("host");
        member.pid = fields.number("pid");
        member.ppid = fields.number("ppid");
        member.time = fields.text("time");
        member.world_size = fields.number("world_size");
        member.job = fields.text("job");
        member.status = fields.text_or("status", "unreadable");
        member.reason = fields.text_or("reason", "");
        member.signal = fields.text("signal");
        member.wait = fields.text_or("wait", "");
        if (const auto stack = fields.number("stack")) {
            if (*stack < 0 || static_cast<std::size_t>(*stack) >= tree_.stacks.size()) {
                ++wrong_;
            } else {
                member.stack = static_cast<std::uint32_t>(*stack);
            }
        }
        member.python = fields.is_true("python");
        tree_.members.push_back(std::move(member));
    }

    JobTree tree_;
    std::size_t member_count_ = 0;
    std::size_t wrong_ = 0;
};

}  // namespace

std::string write_job_part(const JobTree& tree, std::string_view tool_version, TextSink sink) {
    JsonStream json(std::move(sink));
    json.begin_object();
    json.member("schema", kSchema);
    json.key("tool");
    json.begin_object(JsonLayout::OneLine);
    json.member("name", "pycore");
    json.member("version", tool_version);
    json.end_object();
    json.key("frames");
    json.begin_array();
    for (const JobFrame& frame : tree.frames) {
        json.begin_array(JsonLayout::OneLine);
        json.value(frame.python ? "p" : "n");
        json.value(frame.file);
        json.value(frame.function);
        json.end_array();
    }
    json.end_array();
    json.key("roles");
    json.begin_array();
    for (const JobRole& role : tree.roles) write_role(json, role);
    json.end_array();
    json.key("stacks");
    json.begin_array();
    for (const JobStack& stack : tree.stacks) {
        json.begin_array(JsonLayout::OneLine);
        write_number(json, stack.role);
        write_number(json, stack.node);
        for (const std::int64_t line : stack.lines) json.value(line);
        json.end_array();
    }
    json.end_array();
    json.key("members");
    json.begin_array();
    for (const JobMember& member : tree.members) write_member(json, member);
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

Result<JobTree> read_job_part(std::string_view document) {
    thread_local simdjson::dom::parser parser;
    simdjson::dom::object root;
    if (const auto code = parser.parse(document.data(), document.size()).get(root)) {
        return Error{
            ErrorCode::Corrupt, fmt::format("it is no sound JSON document ({})", simdjson::error_message(code)), {}};
    }
    return PartReader().read(root);
}

}  // namespace pycore
