// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "base/parse_number.h"
#include "bundle/bundle_files.h"
#include "bundle/bundle_writer.h"
#include "freeze/redact.h"
#include "freeze/seekable_zstd.h"
#include "freeze/snapshot_writer.h"
#include "freeze/watchdog.h"
#include "output.h"
#include "report/freeze_report.h"
#include "report/text_writer.h"
#include "tool.h"

namespace pycore {
namespace {

// The first that is there: under mpirun in Slurm, SLURM_PROCID is the launcher's.
std::optional<std::int64_t> rank_of(const SnapshotManifest& manifest) {
    constexpr std::array kVariables = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "RANK", "SLURM_PROCID"};
    for (const char* variable : kVariables) {
        const auto found = manifest.environment.find(variable);
        if (found != manifest.environment.end()) return parse_number(found->second);
    }
    return std::nullopt;
}

std::string file_for(const Invocation& invocation, std::int64_t pid, const SnapshotManifest& manifest) {
    if (invocation.has("output")) return invocation.value("output");
    const bool bundle = invocation.has("bundle") || invocation.has("source");
    return fmt::format("pycore-{}-{}.{}.zst", manifest.host, pid, bundle ? "tar" : "core");
}

// The report that lies in the snapshot: the stacks as they can be told here and now.
std::string report_of(const ProcessState& state, bool redacted) {
    TextOptions options;
    options.source_lines = !redacted;  // they may hold what is to be left out
    options.color = false;
    return write_stacks_text(state, options);
}

// The snapshot, and with --bundle the files beside it.
Result<std::uint64_t> write_capture(const LiveReading& reading, const SnapshotManifest& manifest,
                                    const Invocation& invocation, const std::string& path) {
    const SnapshotImage image(reading.capture, manifest, report_of(reading.state, manifest.redacted));
    const bool bundle = invocation.has("bundle") || invocation.has("source");
    const std::int64_t pid = *reading.capture.process.snapshot.pid;
    const ReadOptions read = invocation.read_options(ReadDepth::Stacks);
    const FileContent content = [&](const ByteSink& sink) {
        if (!bundle) return image.write(sink);
        const BundleFiles files = find_bundle_files(reading.capture.process.snapshot, reading.state, read.search,
                                                    {invocation.has("source"), fmt::format("/proc/{}/cwd", pid)});
        const BundledCore core{image.size_bytes(), [&](const ByteSink& s) { return image.write(s); }};
        return write_bundle(core, files, version(), std::time(nullptr), sink);
    };
    const bool plain = bundle ? path.ends_with(".tar") : !path.ends_with(".zst");
    return write_private_file(
        path, [&](const ByteSink& sink) { return plain ? content(sink) : write_seekable(content, sink); });
}

Result<void> write_snapshot(LiveReading& reading, const Invocation& invocation, FreezeResult& result) {
    SnapshotManifest manifest = describe_capture(reading.capture, version());
    result.rank = rank_of(manifest);
    result.consistency = manifest.consistency;
    result.stopped = manifest.stopped;
    result.pause_ns = manifest.pause_ns;
    if (invocation.has("redact")) {
        redact(reading.capture);
        reading.state.process.command_line.reset();
        manifest.redacted = true;
    }
    const std::string path = file_for(invocation, result.pid, manifest);
    const auto written = write_capture(reading, manifest, invocation, path);
    if (!written) return written.error();
    result.file = path;
    result.bytes = *written;
    return {};
}

// What the snapshot lacks is told by the commands that read it; files that do not answer are news of now.
void tell_unread_files(const Invocation& invocation, std::int64_t pid, const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
        const bool of_files = diagnostic.severity == Severity::Warning && diagnostic.code == to_string(ErrorCode::Io);
        if (of_files || invocation.has("verbose")) {
            print_error(invocation.tool(), fmt::format("{}: {}", pid, diagnostic.message));
        }
    }
}

Level level_of(const Invocation& invocation) {
    if (invocation.has("full")) return Level::Full;
    return invocation.has("heap") ? Level::Heap : Level::Mini;
}

FreezeResult freeze(const Invocation& invocation, std::int64_t pid, const StopSignal& on_stop,
                    std::chrono::nanoseconds max_pause) {
    FreezeResult result;
    result.pid = pid;
    CaptureOptions options;
    options.level = level_of(invocation);
    options.note_reads = invocation.has("redact");
    options.max_pause = max_pause;
    options.always_stop = invocation.value("stop") == "always";
    options.never_stop = invocation.value("stop") == "never";
    options.on_stop = on_stop;
    auto reading = read_live_process(pid, invocation.read_options(ReadDepth::Stacks), options);
    if (!reading) {
        result.error = reading.error().message;
        return result;
    }
    tell_unread_files(invocation, pid, reading->state.diagnostics);
    if (const auto done = write_snapshot(*reading, invocation, result); !done) result.error = done.error().message;
    return result;
}

int answer(const Invocation& invocation, const FreezeResult& result) {
    if (result.error) print_error(invocation.tool(), fmt::format("{}: {}", result.pid, *result.error));
    const bool json = invocation.value("format") == "json";
    if (json) static_cast<void>(write_stdout(write_freeze_json({result}, version())));
    if (!json && result.file) static_cast<void>(write_stdout(write_freeze_text({result})));
    if (!result.file) return static_cast<int>(ExitStatus::NoAnswer);
    return static_cast<int>(result.consistency == "partial" ? ExitStatus::Partial : ExitStatus::Complete);
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    const std::string& target = invocation.target();
    const auto pid = parse_number(target);
    if (!pid) {
        print_error(tool.name, target + ": freezing takes the id of a running process, not a file");
        return ExitStatus::Usage;
    }
    const std::chrono::nanoseconds max_pause =
        std::chrono::milliseconds(invocation.number("max-pause").value_or(kDefaultMaxPause.count()));
    const auto status = run_watched(max_pause + kWatchdogGrace, [&](const StopSignal& on_stop) {
        return answer(invocation, freeze(invocation, *pid, on_stop, max_pause));
    });
    if (status) return static_cast<ExitStatus>(*status);
    print_error(tool.name, target + ": the process stood still for too long and was let go; nothing was written");
    return ExitStatus::NoAnswer;
}

}  // namespace

Tool freeze_tool() {
    return {"freeze",
            "freeze a running process into a small core file, to look at later and elsewhere",
            ReadDepth::Stacks,
            {{"stop", "auto|always|never",
              "`auto` stops the process only if it runs: what hangs is read without stopping it."},
             {"max-pause", "MS", "Let the process run on after `MS` milliseconds (20), whatever was not read by then."},
             {"mini", "",
              "Keep what the answers of `pycore` are made of, and what other readers of cores need: the default."},
             {"heap", "", "Keep all objects of Python as well, but not the buffers of arrays."},
             {"full", "", "Keep all memory that the process has to itself or shares with its children."},
             {"redact", "",
              "Leave out text: contents of strings, arguments, environment. Names of functions, files and types stay."},
             {"bundle", "", "Pack the files that reading it needs with it, as `pycore bundle` does."},
             {"source", "", "The same, with the Python sources on the stacks."}},
            run};
}

}  // namespace pycore
