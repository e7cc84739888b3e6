// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "freeze_many.h"
#include "job/arm_script.h"
#include "job/duration.h"
#include "job/freeze_index.h"
#include "job/host.h"
#include "job/job_place.h"
#include "job/run_program.h"
#include "job/slurm_job.h"
#include "job/slurm_step.h"
#include "output.h"
#include "tool.h"

namespace pycore {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = std::chrono::seconds(60);  // with Slurm, beyond what each process may take
constexpr std::int64_t kTimeout = 60;                 // seconds a process, as in `pycore freeze`

ExitStatus usage_error(const Invocation& invocation, std::string_view message) {
    print_error(invocation.tool(), fmt::format("{}; 'pycore help job' shows how", message));
    return ExitStatus::Usage;
}

// Its path on every node, if they share the file system that it lies on.
std::string own_program() {
    std::error_code failure;
    const auto path = fs::read_symlink("/proc/self/exe", failure);
    return failure ? "pycore" : path.string();
}

// Those of the step or script that we run in would change what srun does.
void forget_own_step() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
        const bool of_slurm = name.starts_with("SLURM") || name.starts_with("SRUN_");
        if (of_slurm && name != "SLURM_CONF") names.emplace_back(name);
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
}

std::vector<std::string> helper_words(const Invocation& invocation, const SlurmStep& step, const std::string& folder) {
    std::vector<std::string> words = {own_program(), "freeze", "--slurm-step=" + step.text(), "--node-index",
                                      "--output=" + folder};
    for (const ToolOption& option : freeze_options()) {
        const std::string name(option.name.substr(0, option.name.find(',')));
        const std::string_view choices = option.argument;
        const bool by_default = choices.find('|') != choices.npos && choices.starts_with(invocation.value(name) + "|");
        if (!invocation.has(name) || by_default) continue;
        words.push_back("--" + name + (option.argument.empty() ? "" : "=" + invocation.value(name)));
    }
    for (const char* name : {"jobs", "timeout"}) {
        if (invocation.has(name)) words.push_back(fmt::format("--{}={}", name, invocation.value(name)));
    }
    return words;
}

// What the nodes left in the folder becomes one document; the names of those that left nothing go to `silent`.
FreezeDocument collect(const std::string& folder, const std::vector<std::string>& nodes,
                       std::vector<std::string>& silent) {
    FreezeDocument document;
    for (const std::string& node : nodes) {
        const std::string path = fmt::format("{}/index-{}.json", folder, tame_word(node));
        auto part = read_freeze_index(path);
        if (!part) silent.push_back(node);
        if (!part) continue;
        append(document, *std::move(part));
        fs::remove(path);
    }
    return document;
}

// What an earlier run that was ended had no time for.
void fold_leftovers(const FreezeFolder& folder, const std::vector<std::string>& nodes) {
    std::vector<std::string> without;
    FreezeDocument left = collect(folder.path, nodes, without);
    if (!left.results.empty()) static_cast<void>(add_to_index(folder, std::move(left)));
}

void tell_helpers(const Invocation& invocation, const Result<ProgramAnswer>& answer) {
    if (!answer) print_error(invocation.tool(), answer.error().message);
    if (answer && (invocation.has("verbose") || answer->status != 0)) std::fputs(answer->errors.c_str(), stderr);
}

ExitStatus run_helpers(const Invocation& invocation, const SlurmJob& job, const std::string& folder,
                       const std::vector<std::string>& command) {
    const std::vector<std::string> nodes = node_names(job);
    if (auto made = make_folder(folder); !made) {
        print_error(invocation.tool(), made.error().message);
        return ExitStatus::NoAnswer;
    }
    fold_leftovers({folder, "index.json"}, nodes);
    const auto patience = kPatience + std::chrono::seconds(4 * invocation.number("timeout").value_or(kTimeout));
    forget_own_step();
    const auto answer = run_program(command, patience);
    tell_helpers(invocation, answer);
    std::vector<std::string> silent;
    const FreezeDocument document = collect(folder, nodes, silent);
    for (const std::string& node : silent) {
        print_error(invocation.tool(),
                    fmt::format("node {} left nothing in {}: either the helper did not run there, or the folder is not "
                                "on a file system that the nodes share",
                                node, folder));
    }
    const ExitStatus status = answer_many(invocation, document, {folder, "index.json"});
    return status == ExitStatus::Complete && !silent.empty() ? ExitStatus::Partial : status;
}

ExitStatus freeze_job(const Invocation& invocation, const std::string& wanted) {
    auto step = parse_step(wanted);
    if (!step) return usage_error(invocation, fmt::format("'{}' is no job of Slurm's; one is 4711 or 4711.0", wanted));
    const auto job = find_job(step->job);
    if (!job) {
        print_error(invocation.tool(), job.error().message);
        return ExitStatus::NoAnswer;
    }
    step->job = job->id;
    const std::string name = invocation.has("output") ? invocation.value("output") : "freeze-" + job->name;
    const std::string folder = fs::absolute(name).lexically_normal().string();
    const auto command = helper_command(*job, helper_words(invocation, *step, folder));
    print_error(invocation.tool(), (invocation.has("dry-run") ? "would run: " : "runs: ") + quote_command(command));
    if (invocation.has("dry-run")) return ExitStatus::Complete;
    return run_helpers(invocation, *job, folder, command);
}

ExitStatus freeze(const Invocation& invocation) {
    const auto words = invocation.targets();
    if (words.size() > 2) return usage_error(invocation, "one job at a time");
    const auto own = own_variable("SLURM_JOB_ID");
    if (words.size() < 2 && !own) return usage_error(invocation, "which job? this is none, so give its id");
    return freeze_job(invocation, words.size() < 2 ? *own : words[1]);
}

ExitStatus arm(const Invocation& invocation) {
    if (invocation.targets().size() > 1) return usage_error(invocation, "'job arm' takes options only");
    const auto before = parse_duration(invocation.has("before") ? invocation.value("before") : "10m");
    if (!before || before->count() < 1 || *before > kLongestBefore) {
        return usage_error(invocation, fmt::format("--before takes a time of 1s to 18h, as in 10m, not '{}'",
                                                   invocation.value("before")));
    }
    return write_stdout(arm_script(*before, own_program())) ? ExitStatus::Complete : ExitStatus::NoAnswer;
}

ExitStatus run(const Tool&, const Invocation& invocation) {
    const std::string& verb = invocation.target();
    if (verb == "freeze") return freeze(invocation);
    if (verb == "arm") return arm(invocation);
    return usage_error(invocation, verb.empty() ? "what about the job? 'job freeze' or 'job arm'"
                                                : fmt::format("'{}' is neither 'freeze' nor 'arm'", verb));
}

std::vector<ToolOption> options() {
    std::vector<ToolOption> options = {
        {"dry-run", "", "`job freeze`: say what would be run, and run nothing."},
        {"before", "TIME",
         "`job arm`: freeze so long before the job's limit (`10m`); Slurm may do so a minute earlier."},
        {"output,o", "DIR", "The folder for the files, which all nodes must see (`freeze-JOBID`)."},
        {"jobs", "N", "How many processes of a node to freeze at once; one a processor, if not given."},
        {"timeout", "SECONDS", "Give up on a process that cannot be read within so many seconds (60)."},
    };
    options.insert(options.end(), freeze_options().begin(), freeze_options().end());
    return options;
}

}  // namespace

Tool job_tool() {
    return {
        "job",       "freeze all ranks of a Slurm job, now or before its time limit", ReadDepth::Stacks, options(), run,
        Targets::Any};
}

}  // namespace pycore
