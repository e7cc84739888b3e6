// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>

#include "analysis/conclude_job.h"
#include "analysis/job_member.h"
#include "batch_run.h"
#include "output.h"
#include "report/job_part.h"
#include "report/job_writer.h"

namespace pycore {
namespace {

MemberOrigin origin_of(const std::string& path, const std::optional<std::int64_t>& rank,
                       const std::optional<std::int64_t>& pid, const std::optional<std::string>& host) {
    return {path, rank ? rank : rank_in_name(path), pid, host};
}

// In a reader: a part of one member.
std::string part_of(const Target& target, const ProcessState& state) {
    JobTreeBuilder builder;
    add_process(builder, state, origin_of(target.path, target.rank, target.pid, target.host));
    return write_job_part(std::move(builder).take(), version());
}

// All parts, and what could not be read, which belongs to the job as well.
class Merging {
public:
    void take(const Target& target, const BatchResult& result) {
        if (result.error) return;
        const auto tree = read_job_part(result.text);
        if (tree) {
            builder_.add_tree(*tree);
        } else {
            wrong_.emplace_back(target.path, tree.error().message);
        }
    }

    void add_unread(const BatchRun& run) {
        for (const UnreadTarget& unread : run.collected.unread) {
            add_unreadable(builder_, origin_of(unread.path, unread.rank, unread.pid, unread.host), unread.reason);
        }
        for (std::size_t i = 0; i < run.errors.size(); ++i) {
            const Target& target = run.collected.targets[i];
            if (!run.errors[i]) continue;
            add_unreadable(builder_, origin_of(target.path, target.rank, target.pid, target.host), *run.errors[i]);
        }
    }

    const std::vector<std::pair<std::string, std::string>>& wrong() const { return wrong_; }
    JobTree finish() { return std::move(builder_).take(); }

private:
    JobTreeBuilder builder_;
    std::vector<std::pair<std::string, std::string>> wrong_;
};

void tell_bytes(const Invocation& invocation, const BatchRun& run) {
    if (!invocation.has("verbose") || run.bytes_touched == 0) return;
    print_error(invocation.tool(),
                fmt::format("{} of {} bytes of the inputs were looked at ({:.1f} %)", run.bytes_touched, run.bytes,
                            100.0 * static_cast<double>(run.bytes_touched) / static_cast<double>(run.bytes)));
}

std::string document_of(const Invocation& invocation, const JobTree& tree) {
    if (invocation.has("partial")) return write_job_part(tree, version());
    const JobReport report = conclude_job(tree, {invocation.number("expect-ranks")});
    const std::string format = invocation.value("format");
    if (format == "json") return write_job_json(tree, report, version());
    if (format == "html") return write_job_html(tree, report, version());
    if (format == "dot") return write_job_dot(tree, report);
    if (format == "folded") return write_job_folded(tree, report);
    if (format == "speedscope") return write_job_speedscope(tree, report, version());
    return write_job_text(tree, report, {wants_color(invocation), !invocation.has("no-tree")});
}

ExitStatus status_of(const JobTree& tree, bool wrong_parts) {
    const auto count = [&](std::string_view status) {
        return static_cast<std::size_t>(
            std::count_if(tree.members.begin(), tree.members.end(),
                          [&](const JobMember& member) { return member.status == status; }));
    };
    if (count("unreadable") == tree.members.size()) return ExitStatus::NoAnswer;
    return count("read") == tree.members.size() && !wrong_parts ? ExitStatus::Complete : ExitStatus::Partial;
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    ReadOptions read = invocation.read_options(tool.needs);
    read.count_touched = invocation.has("verbose");
    read.native_lines = false;  // frames are told by name
    Merging merging;
    const auto take = [&](const Target& target, const BatchResult& result) { merging.take(target, result); };
    const auto batch = run_batch(invocation, {read, part_of, {}, take});
    if (!batch) {
        print_error(tool.name, batch.error().message);
        return ExitStatus::NoAnswer;
    }
    tell_unread(invocation, *batch);
    tell_bytes(invocation, *batch);
    for (const auto& [path, why] : merging.wrong()) print_error(tool.name, fmt::format("{}: {}", path, why));
    merging.add_unread(*batch);
    const JobTree tree = merging.finish();
    if (tree.members.empty()) {
        print_error(tool.name, "there is nothing to merge: no core, snapshot, saved stacks or part was found");
        return ExitStatus::NoAnswer;
    }
    const ExitStatus status = status_of(tree, !merging.wrong().empty());
    if (status == ExitStatus::NoAnswer && !invocation.has("partial")) {
        print_error(tool.name, fmt::format("none of {} inputs could be read", tree.members.size()));
        return status;
    }
    const std::string document = document_of(invocation, tree);
    const auto written =
        invocation.has("output") ? write_file(invocation.value("output"), document) : write_stdout(document);
    if (written) return status;
    print_error(tool.name, written.error().message);
    return ExitStatus::NoAnswer;
}

std::vector<ToolOption> options() {
    std::vector<ToolOption> own = {
        {"format", "text|json|html|dot|folded|speedscope",
         "Text for people; JSON whose schema is in `docs/schema/`; one HTML file; a graph for Graphviz; stacks for "
         "flame graphs; a profile for speedscope."},
        {"partial", "", "Write a part, to be merged with others later, instead of a report."},
        {"expect-ranks", "N",
         "The job has `N` ranks; those that are not there are named. Unless given, what the ranks themselves were told "
         "counts."},
        {"no-tree", "", "Only the places of the ranks, without the trees (text only)."}};
    for (ToolOption& option : batch_options()) own.push_back(std::move(option));
    return own;
}

}  // namespace

Tool merge_tool() {
    return {"merge",
            "the stacks of one job's processes as one tree, and who stands out",
            ReadDepth::Stacks,
            options(),
            run,
            Targets::Many};
}

}  // namespace pycore
