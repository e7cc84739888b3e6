// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "analysis/triage.h"
#include "base/mapped_file.h"
#include "output.h"
#include "report/baseline_json.h"
#include "report/escape.h"
#include "report/triage_part_json.h"
#include "report/triage_words.h"
#include "report/triage_writer.h"
#include "tool.h"
#include "triage_inputs.h"

namespace pycore {
namespace {

constexpr std::size_t kShownLost = 20;  // inputs, without -v

using Writer = std::string (*)(const TriageReport&, const TriageOptions&);

Writer writer_for(std::string_view format) {
    if (format == "json") return write_triage_json;
    if (format == "jsonl") return write_triage_jsonl;
    if (format == "junit") return write_triage_junit;
    if (format == "sarif") return write_triage_sarif;
    if (format == "markdown") return write_triage_markdown;
    return format == "html" ? write_triage_html : write_triage_text;
}

// What is wrong with the options together.
std::optional<std::string> check_options(const Invocation& invocation) {
    if (invocation.has("update") && !invocation.has("baseline")) return "--update needs --baseline FILE";
    if (invocation.has("partial")) {
        for (const char* option : {"baseline", "update"}) {
            if (invocation.has(option))
                return fmt::format("--partial takes no --{}: it is for the run with --merge", option);
        }
        if (invocation.value("fail-on") != "never")
            return "--partial takes no --fail-on: it is for the run with --merge";
        if (invocation.value("format") != "text")
            return "--partial writes a format of its own; --format is for the run with --merge";
    }
    if (invocation.has("shard") && !parse_shard(invocation.value("shard"))) {
        return fmt::format("--shard takes I/N, from 0/N to N-1/N, not '{}'", invocation.value("shard"));
    }
    if (invocation.has("shard") && !invocation.has("partial"))
        return "--shard makes a part of the answer: give --partial with it";
    if (invocation.has("shard") && invocation.has("merge")) return "--shard is for reading, --merge for what was read";
    return std::nullopt;
}

InputOptions input_options(const Invocation& invocation) {
    InputOptions options;
    if (invocation.has("shard")) options.shard = *parse_shard(invocation.value("shard"));
    options.only_parts = invocation.has("merge");
    return options;
}

Result<Baseline> open_baseline(const std::string& path, bool may_be_missing) {
    struct stat status {};
    if (may_be_missing && ::stat(path.c_str(), &status) != 0 && errno == ENOENT) return Baseline{};
    const auto file = MappedFile::open(path);
    if (!file) return file.error().with_context("cannot read the baseline " + path);
    const auto bytes = (*file)->bytes();
    auto baseline = read_baseline({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!baseline) return std::move(baseline).error().with_context("cannot read the baseline " + path);
    return baseline;
}

// Whether there is a cluster that --fail-on is for. Each choice includes those before it.
bool is_found(const Invocation& invocation, const TriageReport& report) {
    const std::string wanted = invocation.value("fail-on");
    for (const StackCluster& cluster : report.clusters) {
        switch (cluster.state) {
            case ClusterState::Regression:
                if (wanted != "never") return true;
                break;
            case ClusterState::New:
                if (wanted == "new" || wanted == "any") return true;
                break;
            case ClusterState::Known:
                if (wanted == "any") return true;
                break;
            case ClusterState::Ignored: break;
        }
    }
    return false;
}

TriageOptions report_options(const Invocation& invocation) {
    TriageOptions options;
    options.tool_version = std::string(version());
    options.color = wants_color(invocation);
    options.everything = invocation.has("verbose");
    options.max_bytes = static_cast<std::size_t>(invocation.number("max-bytes").value_or(0));
    return options;
}

class TriageRun {
public:
    explicit TriageRun(const Invocation& invocation) : invocation_(invocation) {}

    ExitStatus run() {
        if (invocation_.has("baseline")) {
            auto baseline = open_baseline(invocation_.value("baseline"), invocation_.has("update"));
            if (!baseline) return give_up(baseline.error());
            baseline_ = *std::move(baseline);
        }
        auto inputs = read_inputs(invocation_, input_options(invocation_));
        if (!inputs) return give_up(inputs.error());
        tell_about_reading(*inputs);
        if (inputs->part.inputs.empty() && !invocation_.has("shard")) return nothing_there(*inputs);
        return invocation_.has("partial") ? write_part(inputs->part) : tell(std::move(inputs->part));
    }

private:
    void print(std::string_view message) const { print_error(invocation_.tool(), message); }

    ExitStatus give_up(const Error& error) const {
        print(error.message);
        return ExitStatus::NoAnswer;
    }

    ExitStatus nothing_there(const ReadInputs& inputs) const {
        print(fmt::format("no core, snapshot or saved stacks there{}",
                          inputs.run.collected.passed_over > 0
                              ? ", but " + counted(inputs.run.collected.passed_over, "other file")
                              : ""));
        return ExitStatus::NoAnswer;
    }

    void tell_about_reading(const ReadInputs& inputs) const {
        for (const std::string& note : inputs.run.collected.notes) print(note);
        if (!invocation_.has("verbose")) return;
        if (inputs.run.collected.passed_over > 0)
            print(counted(inputs.run.collected.passed_over, "file") +
                  " in folders passed over: nothing that pycore reads");
        tell_speed(inputs.run);
    }

    void tell_speed(const BatchRun& run) const {
        if (run.files == 0) return;
        const double wall = std::chrono::duration<double>(run.wall).count();
        const double busy = std::chrono::duration<double>(run.busy).count();
        const auto files = static_cast<double>(run.files);
        const double share =
            run.bytes == 0 ? 0 : 100.0 * static_cast<double>(run.bytes_touched) / static_cast<double>(run.bytes);
        print(fmt::format(
            "read {} in {:.2f} s: {:.1f} a second, {:.1f} a second of a reader; touched {:.2f} % of {:.1f} MB",
            counted(run.files, "core"), wall, files / wall, files / busy, share, static_cast<double>(run.bytes) / 1e6));
    }

    // In other formats than text a person would not see them.
    void tell_losses(const TriagePart& part) const {
        std::size_t lost = 0;
        for (const TriageInput& input : part.inputs) {
            if (input.status != InputStatus::Unreadable) continue;
            if (++lost <= kShownLost || invocation_.has("verbose")) print(input.path + ": " + input.reason);
        }
        if (lost > kShownLost && !invocation_.has("verbose"))
            print(fmt::format("and {} more; -v names them", lost - kShownLost));
    }

    Result<void> deliver(const std::string& document) const {
        return invocation_.has("output") ? write_file(invocation_.value("output"), document) : write_stdout(document);
    }

    ExitStatus write_part(const TriagePart& part) const {
        tell_losses(part);
        if (const auto done = deliver(write_triage_part(part, version())); !done) return give_up(done.error());
        const auto is_sound = [](const TriageInput& input) { return input.status == InputStatus::Read; };
        const bool all = std::all_of(part.inputs.begin(), part.inputs.end(), is_sound);
        return all ? ExitStatus::Complete : ExitStatus::Partial;  // also a part of nothing but losses is one
    }

    ExitStatus tell(TriagePart part) const {
        const TriageReport report = triage(std::move(part), baseline_);
        const std::string format = invocation_.value("format");
        if (format != "text" || invocation_.has("output")) tell_losses(report.part);
        const std::string document = writer_for(format)(report, report_options(invocation_));
        if (const auto done = deliver(document); !done) return give_up(done.error());
        if (invocation_.has("update")) {
            const std::string updated = write_baseline(update_baseline(*baseline_, report), version());
            if (const auto done = write_file(invocation_.value("baseline"), updated); !done)
                return give_up(done.error());
        }
        return is_found(invocation_, report) ? ExitStatus::Found : status_of(report);
    }

    static ExitStatus status_of(const TriageReport& report) {
        switch (completeness_of(totals_of(report))) {
            case Completeness::Complete: return ExitStatus::Complete;
            case Completeness::None: return ExitStatus::NoAnswer;
            case Completeness::Partial:
            case Completeness::NativeOnly: break;
        }
        return ExitStatus::Partial;
    }

    const Invocation& invocation_;
    std::optional<Baseline> baseline_;
};

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    if (const auto wrong = check_options(invocation)) {
        print_error(tool.name, fmt::format("{}; 'pycore help {}' shows how", *wrong, tool.name));
        return ExitStatus::Usage;
    }
    return TriageRun(invocation).run();
}

std::vector<ToolOption> options() {
    std::vector<ToolOption> own = {
        {"format", "text|json|jsonl|junit|sarif|markdown|html",
         "Text for people; JSON or JSON Lines, whose schemas are in `docs/schema/`; JUnit XML, SARIF 2.1.0 and "
         "Markdown "
         "for CI; one HTML file that needs no network."},
        {"baseline", "FILE", "What is known from other runs: without it every cause is new."},
        {"update", "", "Write what this run saw into the baseline, which is made if it is not there."},
        {"fail-on", "never|regression|new|any",
         "Exit with status 4 if there is a cause that is back after its fix (`regression`), that or a new one "
         "(`new`), "
         "or any that is not ignored (`any`)."},
        {"partial", "", "Write a part of an answer, for a run with `--merge`."},
        {"shard", "I/N",
         "Take the `I`th of `N` shares of the inputs, from 0 to `N`-1, by their paths. Needs `--partial`."},
        {"merge", "", "The paths are parts: tell about all of them what one run over all inputs would."},
        {"max-bytes", "N", "The most that `--format=markdown` writes; 1000000 if not given."}};
    for (ToolOption& option : batch_options()) own.push_back(std::move(option));
    return own;
}

}  // namespace

Tool triage_tool() {
    return {"triage", "many cores sorted by cause", ReadDepth::Stacks, options(), run, Targets::Many};
}

}  // namespace pycore
