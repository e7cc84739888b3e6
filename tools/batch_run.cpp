// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch_run.h"

#include <fmt/format.h>

#include "progress_bar.h"
#include "sandboxed.h"

namespace pycore {
namespace {

constexpr std::size_t kToldUnread = 20;  // without -v

BatchOptions options_for(const Invocation& invocation, const ReadOptions& read) {
    BatchOptions options;
    options.read = read;
    options.jobs = static_cast<unsigned>(invocation.number("jobs").value_or(0));
    if (const auto seconds = invocation.number("time-limit")) options.time_limit = std::chrono::seconds(*seconds);
    options.confine = [&invocation, read] { enter_reader_sandbox(invocation, read); };
    return options;
}

void tell_unread(const Invocation& invocation, const BatchRun& run) {
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
}

void tell_bytes(const Invocation& invocation, const BatchRun& run) {
    if (!invocation.has("verbose") || run.bytes_touched == 0) return;
    print_error(invocation.tool(),
                fmt::format("{} of {} bytes of the inputs were looked at ({:.1f} %)", run.bytes_touched, run.bytes,
                            100.0 * static_cast<double>(run.bytes_touched) / static_cast<double>(run.bytes)));
}

}  // namespace

std::vector<ToolOption> batch_options() {
    return {{"jobs,j", "N",
             "Read with so many processes at once; as many as there are processors and memory for, unless given."},
            {"time-limit", "N", "Give up an input that is not read after `N` seconds (120)."}};
}

std::optional<BatchRun> run_batch(const Invocation& invocation, const ReadOptions& read, TargetWork work,
                                  const std::function<void(const Target&, std::string)>& take) {
    auto reader = TargetReader::start(std::move(work), options_for(invocation, read));
    if (!reader) {
        print_error(invocation.tool(), reader.error().message);
        return std::nullopt;
    }
    enter_sandbox_for(invocation, read);
    BatchRun run;
    run.collected = collect_targets(invocation.targets());
    const auto& targets = run.collected.targets;
    run.errors.resize(targets.size());
    {
        ProgressBar bar("inputs", targets.size());
        const auto done = reader->read(targets, [&](BatchResult result) {
            bar.step();
            run.bytes_touched += result.bytes_touched;
            run.bytes += targets[result.index].size_bytes;
            if (result.error) {
                run.errors[result.index] = std::move(result.error);
            } else {
                take(targets[result.index], std::move(result.text));
            }
        });
        if (!done) {
            print_error(invocation.tool(), done.error().message);
            return std::nullopt;
        }
    }
    tell_unread(invocation, run);
    tell_bytes(invocation, run);
    return run;
}

}  // namespace pycore
