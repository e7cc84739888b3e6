// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch_run.h"

#include <fmt/format.h>

#include <utility>

#include "output.h"
#include "progress_bar.h"
#include "sandboxed.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kToldUnread = 20;  // without -v

BatchOptions options_for(const Invocation& invocation, const ReadOptions& read) {
    BatchOptions options;
    options.read = read;
    options.jobs = static_cast<unsigned>(invocation.number("jobs").value_or(0));
    if (const auto seconds = invocation.number("time-limit")) options.time_limit = std::chrono::seconds(*seconds);
    options.confine = [&invocation, read] { enter_reader_sandbox(invocation, read); };
    return options;
}

class Runner {
public:
    Runner(const BatchTask& task, CollectedTargets collected) : task_(task) {
        run_.collected = std::move(collected);
        run_.errors.resize(run_.collected.targets.size());
    }

    Result<BatchRun> run(TargetReader& reader) {
        const auto begin = Clock::now();
        const auto& targets = run_.collected.targets;
        ProgressBar bar("inputs", targets.size());
        auto done = reader.read(targets, [&](BatchResult result) {
            bar.step();
            count(targets[result.index], result);
            task_.take(targets[result.index], std::move(result));
        });
        if (!done) return std::move(done).error();
        run_.wall = Clock::now() - begin;
        return std::move(run_);
    }

private:
    void count(const Target& target, const BatchResult& result) {
        run_.errors[result.index] = result.error;
        run_.busy += result.time;
        if (target.kind != TargetKind::Process) return;
        ++run_.files;
        run_.bytes += target.size_bytes;
        run_.bytes_touched += result.bytes_touched;
    }

    const BatchTask& task_;
    BatchRun run_;
};

}  // namespace

std::vector<ToolOption> batch_options() {
    return {{"jobs,j", "N",
             "Read with so many processes at once; as many as there are processors and memory for, unless given."},
            {"time-limit", "N", "Give up an input that is not read after `N` seconds (120)."}};
}

bool wants_color(const Invocation& invocation) {
    const std::string choice = invocation.value("color");
    if (choice == "always") return true;
    return choice == "auto" && !invocation.has("output") && use_color(ColorChoice::Auto);
}

Result<BatchRun> run_batch(const Invocation& invocation, const BatchTask& task) {
    auto reader = TargetReader::start(task.work, options_for(invocation, task.read));
    if (!reader) return std::move(reader).error();
    enter_sandbox_for(invocation, task.read);
    return Runner(task, task.collect ? task.collect() : collect_targets(invocation.targets())).run(*reader);
}

bool tell_unread(const Invocation& invocation, const BatchRun& run) {
    std::size_t told = 0;
    const std::size_t most = invocation.has("verbose") ? ~std::size_t{0} : kToldUnread;
    const auto tell = [&](const std::string& path, const std::string& reason) {
        if (++told <= most) print_error(invocation.tool(), fmt::format("{}: {}", path, reason));
    };
    for (const std::string& note : run.collected.notes) {
        if (++told <= most) print_error(invocation.tool(), note);
    }
    for (const UnreadTarget& unread : run.collected.unread) tell(unread.path, unread.reason);
    for (std::size_t i = 0; i < run.errors.size(); ++i) {
        if (run.errors[i]) tell(run.collected.targets[i].path, *run.errors[i]);
    }
    if (told > most) print_error(invocation.tool(), fmt::format("{} more like these; -v shows them", told - most));
    return told == 0;
}

}  // namespace pycore
