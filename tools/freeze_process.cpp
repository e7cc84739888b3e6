// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze_process.h"

#include "freeze/seekable_zstd.h"
#include "freeze/snapshot_writer.h"
#include "job/host.h"
#include "job/job_place.h"
#include "report/text_writer.h"

namespace pycore {
namespace {

// The report that lies in the snapshot: the stacks as they can be told here and now.
std::string report_of(const ProcessState& state) {
    TextOptions options;
    options.color = false;
    return write_stacks_text(state, options);
}

void tell_place(const RankPlace& place, SnapshotManifest& manifest) {
    manifest.rank = place.rank;
    manifest.world_size = place.world_size;
    manifest.job_id = place.job_id.value_or("");
    manifest.step_id = place.step_id.value_or("");
    manifest.node = place.node.value_or("");
    manifest.mpi_job = place.mpi_job.value_or("");
}

Result<void> keep_snapshot(const LiveReading& reading, const FreezeOrder& order, FreezeResult& result) {
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
    std::string bytes = snapshot_bytes(reading.capture, manifest, report_of(reading.state));
    if (order.compress) {
        auto packed = compress_seekable(bytes);
        if (!packed) return std::move(packed).error();
        bytes = *std::move(packed);
    }
    auto path = order.keep(manifest, bytes);
    if (!path) return std::move(path).error();
    result.file = *std::move(path);
    result.bytes = bytes.size();
    return {};
}

}  // namespace

const std::vector<ToolOption>& freeze_options() {
    static const std::vector<ToolOption> options = {
        {"stop", "auto|always|never",
         "`auto` stops a process only if it runs: what hangs is read without stopping it."},
        {"max-pause", "MS", "Let a process run on after `MS` milliseconds (20), whatever was not read by then."}};
    return options;
}

FreezeSettings freeze_settings(const Invocation& invocation) {
    FreezeSettings settings;
    settings.read = invocation.read_options(ReadDepth::Stacks);
    settings.capture.max_pause =
        std::chrono::milliseconds(invocation.number("max-pause").value_or(kDefaultMaxPause.count()));
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
    const auto reading = read_live_process(order.pid, settings.read, settings.capture);
    if (!reading) {
        result.error = reading.error().message;
        result.ended = reading.error().code == ErrorCode::NotFound;
        return result;
    }
    result.name = reading->capture.process.snapshot.short_name.value_or("");
    if (const auto done = keep_snapshot(*reading, order, result); !done) result.error = done.error().message;
    return result;
}

}  // namespace pycore
