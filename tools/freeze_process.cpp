// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze_process.h"

#include <fmt/format.h>

#include <ctime>

#include "bundle/bundle_files.h"
#include "bundle/bundle_writer.h"
#include "freeze/redact.h"
#include "freeze/seekable_zstd.h"
#include "freeze/snapshot_writer.h"
#include "job/host.h"
#include "job/job_place.h"
#include "process/file_probe.h"
#include "report/text_writer.h"

namespace pycore {
namespace {

// The report that lies in the snapshot: the stacks as they can be told here and now.
std::string report_of(const ProcessState& state, bool redacted) {
    TextOptions options;
    options.source_lines = !redacted;  // they may hold what is to be left out
    options.color = false;
    return write_stacks_text(state, options);
}

// The snapshot, with --bundle the files beside it, and with `compress` packed.
FileContent content_of(const LiveReading& reading, const SnapshotImage& image, const FreezeSettings& settings,
                       bool compress) {
    const FileContent plain = [&](const ByteSink& sink) -> Result<void> {
        if (!settings.bundle) return image.write(sink);
        const std::int64_t pid = *reading.capture.process.snapshot.pid;
        FileSearch search = settings.read.search;  // debug files and sources are where the process has them
        if (search.sysroot.empty()) search.sysroot = root_of(reading.capture.process.task);
        const BundleFiles files = find_bundle_files(reading.capture.process.snapshot, reading.state, search,
                                                    {settings.sources, fmt::format("/proc/{}/cwd", pid)});
        const BundledCore core{image.size_bytes(), [&](const ByteSink& s) { return image.write(s); }};
        return write_bundle(core, files, version(), std::time(nullptr), sink);
    };
    if (!compress) return plain;
    return [plain](const ByteSink& sink) { return write_seekable(plain, sink); };
}

void tell_place(const RankPlace& place, SnapshotManifest& manifest) {
    manifest.rank = place.rank;
    manifest.world_size = place.world_size;
    manifest.job_id = place.job_id.value_or("");
    manifest.step_id = place.step_id.value_or("");
    manifest.node = place.node.value_or("");
    manifest.mpi_job = place.mpi_job.value_or("");
}

Result<void> keep_snapshot(LiveReading& reading, const FreezeOrder& order, const FreezeSettings& settings,
                           FreezeResult& result) {
    SnapshotManifest manifest = describe_capture(reading.capture, version());
    if (order.place && !order.place->rank) manifest.environment.erase(kSlurmsRank);  // a launcher of ranks
    result.place = order.place ? *order.place : place_of(manifest.environment);
    tell_place(result.place, manifest);
    result.rank = result.place.rank;
    result.host = manifest.host;
    result.time = manifest.time;
    result.consistency = manifest.consistency;
    result.stopped = manifest.stopped;
    result.pause_ns = manifest.pause_ns;
    if (settings.redact) {
        redact(reading.capture);
        reading.state.process.command_line.reset();
        manifest.redacted = true;
    }
    const SnapshotImage image(reading.capture, manifest, report_of(reading.state, manifest.redacted));
    auto file = order.keep(manifest, content_of(reading, image, settings, order.compress));
    if (!file) return std::move(file).error();
    result.file = std::move(file->name);
    result.bytes = file->bytes;
    return {};
}

// What the snapshot lacks is told by the commands that read it; files that do not answer are news of now.
void tell_unread_files(std::int64_t pid, const std::vector<Diagnostic>& diagnostics, bool verbose) {
    for (const Diagnostic& diagnostic : diagnostics) {
        const bool of_files = diagnostic.severity == Severity::Warning && diagnostic.code == to_string(ErrorCode::Io);
        if (of_files || verbose) print_error("freeze", fmt::format("{}: {}", pid, diagnostic.message));
    }
}

Level level_of(const Invocation& invocation) {
    if (invocation.has("full")) return Level::Full;
    return invocation.has("heap") ? Level::Heap : Level::Mini;
}

}  // namespace

const std::vector<ToolOption>& freeze_options() {
    static const std::vector<ToolOption> options = {
        {"stop", "auto|always|never",
         "`auto` stops a process only if it runs: what hangs is read without stopping it."},
        {"max-pause", "MS", "Let a process run on after `MS` milliseconds (20), whatever was not read by then."},
        {"mini", "",
         "Keep what the answers of `pycore` are made of, and what other readers of cores need: the default."},
        {"heap", "", "Keep all objects of Python as well, but not the buffers of arrays."},
        {"full", "", "Keep all memory that a process has to itself or shares with its children."},
        {"redact", "",
         "Leave out text: contents of strings, arguments, environment. Names of functions, files and types stay."},
        {"bundle", "", "Pack the files that reading it needs with it, as `pycore bundle` does."},
        {"source", "", "The same, with the Python sources on the stacks."}};
    return options;
}

FreezeSettings freeze_settings(const Invocation& invocation) {
    FreezeSettings settings;
    settings.read = invocation.read_options(ReadDepth::Stacks);
    settings.read.import_names = true;  // whoever reads the snapshot may ask for it
    settings.capture.max_pause =
        std::chrono::milliseconds(invocation.number("max-pause").value_or(kDefaultMaxPause.count()));
    settings.redact = invocation.has("redact");
    settings.read.locals = settings.redact ? LocalsDepth::Types : LocalsDepth::Values;
    settings.sources = invocation.has("source");
    settings.bundle = invocation.has("bundle") || settings.sources;
    settings.verbose = invocation.has("verbose");
    settings.capture.level = level_of(invocation);
    settings.capture.note_reads = settings.redact;
    settings.read.exception_text = !settings.redact;
    settings.capture.always_stop = invocation.value("stop") == "always";
    settings.capture.never_stop = invocation.value("stop") == "never";
    return settings;
}

FreezeResult freeze_process(const FreezeOrder& order, const FreezeSettings& settings) {
    FreezeResult result;
    result.pid = order.pid;
    result.host = host_name();
    if (order.place) result.place = *order.place;
    result.rank = result.place.rank;
    auto reading = read_live_process(order.pid, settings.read, settings.capture);
    if (!reading) {
        result.error = reading.error().message;
        result.ended = reading.error().code == ErrorCode::NotFound;
        return result;
    }
    result.name = reading->capture.process.snapshot.short_name.value_or("");
    tell_unread_files(order.pid, reading->state.diagnostics, settings.verbose);
    if (const auto done = keep_snapshot(*reading, order, settings, result); !done) {
        result.error = done.error().message;
    }
    return result;
}

}  // namespace pycore
