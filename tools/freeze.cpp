// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/parse_number.h"
#include "freeze/watchdog.h"
#include "freeze_many.h"
#include "freeze_process.h"
#include "job/host.h"
#include "job/job_place.h"
#include "output.h"
#include "report/freeze_report.h"
#include "tool.h"

namespace pycore {
namespace {

constexpr std::array kSets = {"tree", "cgroup", "slurm-step", "all-python"};

ExitStatus usage_error(const Tool& tool, std::string_view message) {
    print_error(tool.name, message);
    return ExitStatus::Usage;
}

ExitStatus answer(const Invocation& invocation, const FreezeResult& result) {
    if (result.error) print_error(invocation.tool(), fmt::format("{}: {}", result.pid, *result.error));
    const bool json = invocation.value("format") == "json";
    if (json) static_cast<void>(write_stdout(write_freeze_json({{result}, {}}, version())));
    if (!json && result.file) static_cast<void>(write_stdout(write_freeze_text({result})));
    if (!result.file) return ExitStatus::NoAnswer;
    return result.consistency == "partial" ? ExitStatus::Partial : ExitStatus::Complete;
}

FreezeOrder order_for(const Invocation& invocation, const FreezeSettings& settings, std::int64_t pid) {
    FreezeOrder order;
    order.pid = pid;
    const std::string named = invocation.value("output");
    order.compress = named.empty() || (settings.bundle ? !named.ends_with(".tar") : named.ends_with(".zst"));
    const std::string suffix = settings.suffix();
    order.keep = [named, pid, suffix](const SnapshotManifest& manifest, const FileContent& content) -> Result<NewFile> {
        const std::string path = named.empty() ? fmt::format("pycore-{}-{}{}", manifest.host, pid, suffix) : named;
        const auto written = write_private_file(path, content);
        if (!written) return written.error();
        return NewFile{path, *written};
    };
    return order;
}

ExitStatus freeze_one(const Tool& tool, const Invocation& invocation) {
    const auto pid = parse_number(invocation.target());
    if (!pid) {
        return usage_error(tool, invocation.target() + ": freezing takes the id of a running process, not a file");
    }
    FreezeSettings settings = freeze_settings(invocation);
    const auto status = run_watched(settings.capture.max_pause + kWatchdogGrace, [&](const StopSignal& on_stop) {
        settings.capture.on_stop = on_stop;
        return static_cast<int>(answer(invocation, freeze_process(order_for(invocation, settings, *pid), settings)));
    });
    if (status) return static_cast<ExitStatus>(*status);
    print_error(tool.name,
                fmt::format("{}: the process stood still for too long and was let go; nothing was written", *pid));
    return ExitStatus::NoAnswer;
}

Result<FreezeSelection> select(const Invocation& invocation) {
    const ProcessTable table = ProcessTable::read();
    if (invocation.has("tree")) return select_tree(table, *invocation.number("tree"));
    if (invocation.has("cgroup")) return select_cgroup(table, invocation.value("cgroup"));
    if (invocation.has("slurm-step")) return select_step(table, *parse_step(invocation.value("slurm-step")));
    return select_all(table);
}

// The part of the command line that names the set, for messages.
std::string name_set(const Invocation& invocation) {
    for (const char* set : kSets) {
        if (invocation.has(set)) return fmt::format("--{} {}", set, invocation.value(set));
    }
    return {};
}

ExitStatus freeze_set(const Tool& tool, const Invocation& invocation) {
    if (invocation.has("slurm-step") && !parse_step(invocation.value("slurm-step"))) {
        return usage_error(tool, fmt::format("--slurm-step takes JOB.STEP or JOB, as in 4711.0, not '{}'",
                                             invocation.value("slurm-step")));
    }
    const auto selection = select(invocation);
    FreezeFolder folder;
    folder.path = invocation.has("output") ? invocation.value("output") : "pycore-freeze";
    if (invocation.has("node-index")) {
        folder.index = fmt::format("index-{}.json", tame_word(own_node().value_or(host_name())));
    }
    if (!selection) {
        print_error(tool.name, fmt::format("{}: {}", name_set(invocation), selection.error().message));
        // Whoever asked all nodes learns that this one has answered.
        if (invocation.has("node-index") && make_folder(folder.path)) static_cast<void>(add_to_index(folder, {}));
        return ExitStatus::NoAnswer;
    }
    if (selection->foreign > 0) {
        print_error(tool.name,
                    fmt::format("{} {} left out; root can freeze all", selection->foreign,
                                selection->foreign == 1 ? "Python of another user is" : "Pythons of other users are"));
    }
    return freeze_many(invocation, *selection, folder);
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    const auto sets = std::count_if(kSets.begin(), kSets.end(), [&](const char* set) { return invocation.has(set); });
    const bool one = !invocation.target().empty();
    if (sets + (one ? 1 : 0) == 1) return one ? freeze_one(tool, invocation) : freeze_set(tool, invocation);
    return usage_error(tool, sets == 0
                                 ? "which process? give its id, or --tree PID for it and all that it started; "
                                   "'pycore help freeze' shows how"
                                 : "a process, --tree, --cgroup, --slurm-step and --all-python exclude each other");
}

std::vector<ToolOption> options() {
    std::vector<ToolOption> options = {
        {"tree", "PID", "Freeze the process `PID` and all Pythons that descend from it."},
        {"cgroup", "PATH",
         "Freeze all Pythons of a control group and of those below it: its folder, or its name in `/proc/PID/cgroup`."},
        {"slurm-step", "JOB.STEP",
         "Freeze all Pythons of this step of a Slurm job that run on this node; those of all its steps, if only `JOB` "
         "is given."},
        {"all-python", "", "Freeze all Pythons of yours; of everybody, as root."},
        {"output,o", "FILE", "Name of the file, or of the folder if there may be many (`pycore-freeze`)."},
        {"jobs", "N", "How many processes to freeze at once; one a processor, if not given."},
        {"timeout", "SECONDS", "Give up on a process that cannot be read within so many seconds (60)."},
        {"node-index", "", "Call the index `index-NODE.json`, for many nodes that write into one folder at once."},
    };
    options.insert(options.end(), freeze_options().begin(), freeze_options().end());
    return options;
}

}  // namespace

Tool freeze_tool() {
    return {"freeze",
            "freeze running processes into small core files, to look at later and elsewhere",
            ReadDepth::Stacks,
            options(),
            run,
            Targets::AtMostOne};
}

}  // namespace pycore
