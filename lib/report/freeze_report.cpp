// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/freeze_report.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/json_parts.h"

namespace pycore {
namespace {

std::string how(const FreezeResult& result) {
    const double milliseconds = static_cast<double>(result.pause_ns) / 1e6;
    if (result.consistency == "quiescent") return "without stopping it: nothing ran while it was read";
    if (result.consistency == "stopped") return fmt::format("stopped for {:.1f} ms", milliseconds);
    if (result.stopped) return fmt::format("stopped for {:.1f} ms, which was not enough for all of it", milliseconds);
    return "while it ran: not of one instant";
}

std::optional<std::string> known(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

void write_result(JsonStream& json, const FreezeResult& result) {
    json.begin_object(JsonLayout::OneLine);
    json.member("pid", result.pid);
    json.member("rank", result.rank);
    json.member("file", result.file);
    json.member("bytes", result.bytes);
    json.member("stopped", result.stopped);
    json.member("pause_ns", result.pause_ns);
    json.member("consistency", known(result.consistency));
    json.member("error", result.error);
    json.member("host", known(result.host));
    json.member("name", known(result.name));
    json.member("time", known(result.time));
    json.member("ended", result.ended);
    json.member("child_of", result.child_of);
    json.member("world_size", result.place.world_size);
    json.member("job_id", result.place.job_id);
    json.member("step_id", result.place.step_id);
    json.member("node", result.place.node);
    json.member("mpi_job", result.place.mpi_job);
    json.end_object();
}

void write_skipped(JsonStream& json, const SkippedProcess& skipped) {
    json.begin_object(JsonLayout::OneLine);
    json.member("pid", skipped.pid);
    json.member("host", skipped.host);
    json.member("name", skipped.name);
    json.member("reason", skipped.reason);
    json.end_object();
}

}  // namespace

std::string write_freeze_text(const std::vector<FreezeResult>& results) {
    std::string text;
    for (const FreezeResult& result : results) {
        const std::string rank = result.rank ? fmt::format(" (rank {})", *result.rank) : std::string();
        if (!result.file) {
            text += fmt::format("{}{}: {}\n", result.pid, rank, escape(result.error.value_or("not frozen")));
            continue;
        }
        text += fmt::format("{}{}: {} ({:.1f} MB), {}\n", result.pid, rank, escape(*result.file),
                            static_cast<double>(result.bytes) / 1e6, how(result));
    }
    return text;
}

std::string write_freeze_json(const FreezeDocument& document, std::string_view tool_version) {
    JsonStream json;
    json.begin_object();
    json.member("schema", "pycore/freeze/1");
    write_tool(json, tool_version);
    json.key("results");
    json.begin_array();
    for (const FreezeResult& result : document.results) write_result(json, result);
    json.end_array();
    json.key("skipped");
    json.begin_array();
    for (const SkippedProcess& skipped : document.skipped) write_skipped(json, skipped);
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

}  // namespace pycore
