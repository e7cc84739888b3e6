// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze_many.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

#include "base/file_descriptor.h"
#include "freeze/watchdog.h"
#include "job/freeze_index.h"
#include "job/host.h"
#include "job/job_place.h"
#include "job/worker_pool.h"
#include "output.h"
#include "process/proc_files.h"
#include "process/signal_names.h"
#include "progress_bar.h"
#include "report/freeze_report.h"

namespace pycore {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kTimeout = 60;     // seconds a process
constexpr std::int64_t kMostAtOnce = 16;  // each takes up to some 100 MB
constexpr int kLockAttempts = 100;        // 20 ms each

// While it lives, nobody else on this machine changes the index; where locks do not work, it does nothing.
FileDescriptor lock_folder(const std::string& folder) {
    FileDescriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; lock && i < kLockAttempts && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
        if (errno != EWOULDBLOCK) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return lock;
}

FreezeDocument skipped(const FreezeTarget& target, std::string reason) {
    return {{}, {{target.pid, host_name(), target.name, std::move(reason)}}};
}

FreezeResult failed(const FreezeTarget& target, std::string error) {
    FreezeResult result;
    result.pid = target.pid;
    result.host = host_name();
    result.name = target.name;
    result.place = target.place;
    result.rank = target.place.rank;
    result.child_of = target.child_of;
    result.error = std::move(error);
    return result;
}

bool is_named_python(const FreezeTarget& target) {
    const auto words = read_live_command_line(target.pid);
    const std::string program = words && !words->empty() ? fs::path(words->front()).filename().string() : std::string();
    return target.name.starts_with("python") || program.starts_with("python");
}

std::string describe_end(const WorkerEnd& end, std::int64_t timeout) {
    switch (end.how) {
        case WorkerEnd::How::StoppedTooLong: return "it stood still for too long and was let go; nothing was written";
        case WorkerEnd::How::TookTooLong:
            return fmt::format("it could not be read within {} s (--timeout); nothing was written", timeout);
        case WorkerEnd::How::Interrupted:
        case WorkerEnd::How::NotBegun: return "interrupted before it was read; nothing was written";
        case WorkerEnd::How::Died:
        case WorkerEnd::How::Done: break;
    }
    const std::string signal = end.signal != 0 ? " (" + signal_name(end.signal) + ")" : std::string();
    return fmt::format("reading it failed{}; nothing was written", signal);
}

std::size_t processors() {
    cpu_set_t set;
    const bool known = ::sched_getaffinity(0, sizeof(set), &set) == 0;
    return std::clamp<std::size_t>(known ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1, 2, kMostAtOnce);
}

FreezeDocument freeze_all(const std::vector<FreezeTarget>& targets, const FreezeSettings& settings,
                          const PoolLimits& limits, const std::string& folder) {
    const auto work = [&](std::size_t index, const StopSignal& on_stop) {
        FreezeSettings watched = settings;
        watched.capture.on_stop = on_stop;
        return write_freeze_json(freeze_one_of_many(targets[index], watched, folder), version());
    };
    const auto ends = [&] {
        ProgressBar bar("processes", targets.size());
        return run_workers(targets.size(), limits, work, [&](std::size_t, const WorkerEnd&) { bar.step(); });
    }();
    FreezeDocument document;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        auto told = parse_freeze_document(ends[i].message);
        const std::int64_t timeout = limits.each / std::chrono::seconds(1);
        if (!told) document.results.push_back(failed(targets[i], describe_end(ends[i], timeout)));
        if (told) append(document, *std::move(told));
    }
    return document;
}

// With -v each of them, else how many for each reason.
void tell_skipped(const Invocation& invocation, const std::vector<SkippedProcess>& skipped) {
    std::map<std::string, std::size_t> counts;
    for (const SkippedProcess& process : skipped) {
        ++counts[process.reason];
        if (!invocation.has("verbose")) continue;
        print_error(invocation.tool(),
                    fmt::format("{} ({}) was left alone: {}", process.pid, process.name, process.reason));
    }
    if (invocation.has("verbose")) return;
    for (const auto& [reason, count] : counts) {
        const char* who = count == 1 ? "process was" : "processes were";
        print_error(invocation.tool(), fmt::format("{} {} left alone: {}", count, who, reason));
    }
}

}  // namespace

Result<void> make_folder(const std::string& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (fs::is_directory(folder)) return {};
    const std::string why = failure ? failure.message() : "there is a file of this name";
    return Error{ErrorCode::Io, fmt::format("{}: cannot make this folder: {}", folder, why), {}};
}

Result<std::string> add_to_index(const FreezeFolder& folder, FreezeDocument document) {
    const FileDescriptor lock = lock_folder(folder.path);
    const std::string path = folder.path + "/" + folder.index;
    if (!fs::exists(path)) {
        auto done = write_private_file(path, write_freeze_json(document, version()));
        return done ? Result<std::string>(folder.index) : std::move(done).error();
    }
    auto before = read_freeze_index(path);
    if (!before) {
        const std::string text = write_freeze_json(document, version());
        auto file = write_new_private_file(folder.path, fs::path(folder.index).stem().string(), ".json",
                                           [&](const ByteSink& sink) { return sink(text); });
        return file ? Result<std::string>(std::move(file->name)) : std::move(file).error();
    }
    append(*before, std::move(document));
    auto done = write_private_file(path, write_freeze_json(*before, version()));
    return done ? Result<std::string>(folder.index) : std::move(done).error();
}

FreezeDocument freeze_one_of_many(const FreezeTarget& target, const FreezeSettings& settings,
                                  const std::string& folder) {
    if (!target.python_is_sure) {
        const auto holds = holds_python(target.pid, settings.read);
        if (!holds && holds.error().code == ErrorCode::NotFound) return skipped(target, "it ended before it was read");
        if (!holds && !is_named_python(target)) return skipped(target, holds.error().message);
        if (holds && !*holds) return skipped(target, "it holds no Python");
    }
    FreezeOrder order;
    order.pid = target.pid;
    order.place = target.place;
    order.keep = [&](const SnapshotManifest& manifest, const FileContent& content) {
        const std::string stem = file_stem(target.place, manifest.host, target.pid);
        return write_new_private_file(folder, stem, settings.suffix(), content);
    };
    FreezeResult result = freeze_process(order, settings);
    if (result.ended) return skipped(target, "it ended before it was read");
    if (result.name.empty()) result.name = target.name;
    result.child_of = target.child_of;
    return {{std::move(result)}, {}};
}

ExitStatus freeze_many(const Invocation& invocation, const FreezeSelection& selection, const FreezeFolder& folder) {
    if (auto made = make_folder(folder.path); !made) {
        print_error(invocation.tool(), made.error().message);
        return ExitStatus::NoAnswer;
    }
    const FreezeSettings settings = freeze_settings(invocation);
    PoolLimits limits;
    limits.at_once =
        static_cast<std::size_t>(invocation.number("jobs").value_or(static_cast<std::int64_t>(processors())));
    limits.stop = settings.capture.max_pause + kWatchdogGrace;
    limits.each = std::chrono::seconds(invocation.number("timeout").value_or(kTimeout));
    FreezeDocument document = freeze_all(selection.targets, settings, limits, folder.path);
    append(document, {{}, selection.skipped});
    return answer_many(invocation, document, folder);
}

ExitStatus answer_many(const Invocation& invocation, const FreezeDocument& document, const FreezeFolder& folder) {
    FreezeDocument shown = document;
    bool whole = true, some = false;
    for (FreezeResult& result : shown.results) {
        if (result.file) result.file = (fs::path(folder.path) / *result.file).string();
        if (result.error) print_error(invocation.tool(), fmt::format("{}: {}", result.pid, *result.error));
        whole = whole && result.file && result.consistency != "partial";
        some = some || result.file;
    }
    tell_skipped(invocation, shown.skipped);
    const bool json = invocation.value("format") == "json";
    if (json) static_cast<void>(write_stdout(write_freeze_json(shown, version())));
    std::erase_if(shown.results, [](const FreezeResult& result) { return !result.file; });
    if (!json) static_cast<void>(write_stdout(write_freeze_text(shown.results)));
    if (document.results.empty()) {
        print_error(invocation.tool(), "there is no Python among them; nothing was frozen");
        if (!invocation.has("node-index")) return ExitStatus::NoAnswer;
    }
    const auto index = add_to_index(folder, document);
    if (!index) print_error(invocation.tool(), index.error().message);
    if (index && *index != folder.index) {
        print_error(invocation.tool(), fmt::format("{0}/{1} is no index of pycore's and was left as it is; this one is "
                                                   "{0}/{2}",
                                                   folder.path, folder.index, *index));
    }
    if (!some) return ExitStatus::NoAnswer;
    return whole && index ? ExitStatus::Complete : ExitStatus::Partial;
}

}  // namespace pycore
