// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/snapshot_manifest.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <utility>

namespace pycore {
namespace {

using nlohmann::json;

template <typename T>
void take(const json& document, const char* key, T& value) {
    if (const auto found = document.find(key); found != document.end()) value = found->get<T>();
}

void take(const json& document, const char* key, std::optional<std::int64_t>& value) {
    if (const auto found = document.find(key); found != document.end() && !found->is_null()) {
        value = found->get<std::int64_t>();
    }
}

// null: unknown.
json known(const std::optional<std::int64_t>& number) { return number ? json(*number) : json(); }
json known(const std::string& text) { return text.empty() ? json() : json(text); }

void take_known(const json& document, const char* key, std::string& value) {
    if (const auto found = document.find(key); found != document.end() && !found->is_null()) {
        value = found->get<std::string>();
    }
}

// JSON has names, not numbers, for keys.
json by_tid(const std::map<std::int64_t, std::string>& texts) {
    json object = json::object();
    for (const auto& [tid, text] : texts) object[std::to_string(tid)] = text;
    return object;
}

std::map<std::int64_t, std::string> by_tid(const json& document, const char* key) {
    std::map<std::string, std::string> texts;
    take(document, key, texts);
    std::map<std::int64_t, std::string> result;
    for (auto& [name, text] : texts) {
        std::int64_t tid = 0;
        std::from_chars(name.data(), name.data() + name.size(), tid);
        result.emplace(tid, std::move(text));
    }
    return result;
}

json hint_json(const std::optional<RuntimeHint>& hint) {
    if (!hint) return {};
    return {{"address", hint->address.value}, {"version", hint->version}, {"located_by", hint->located_by}};
}

std::optional<RuntimeHint> hint_of(const json& document) {
    const auto found = document.find("runtime");
    if (found == document.end() || !found->is_object()) return std::nullopt;
    RuntimeHint hint;
    take(*found, "address", hint.address.value);
    take(*found, "version", hint.version);
    take(*found, "located_by", hint.located_by);
    return hint;
}

}  // namespace

std::string to_json(const SnapshotManifest& manifest) {
    const json document = {{"format", 1},
                           {"pycore", manifest.pycore_version},
                           {"level", manifest.level},
                           {"consistency", manifest.consistency},
                           {"stopped", manifest.stopped},
                           {"pause_ns", manifest.pause_ns},
                           {"attempts", manifest.attempts},
                           {"time", manifest.time},
                           {"host", manifest.host},
                           {"cgroup", manifest.cgroup},
                           {"rank", known(manifest.rank)},
                           {"world_size", known(manifest.world_size)},
                           {"job_id", known(manifest.job_id)},
                           {"step_id", known(manifest.step_id)},
                           {"node", known(manifest.node)},
                           {"mpi_job", known(manifest.mpi_job)},
                           {"environment", manifest.environment},
                           {"thread_names", by_tid(manifest.thread_names)},
                           {"wait_channels", by_tid(manifest.wait_channels)},
                           {"redacted", manifest.redacted},
                           {"states", by_tid(manifest.states)},
                           {"system_calls", by_tid(manifest.system_calls)},
                           {"left_out", manifest.left_out},
                           {"runtime", hint_json(manifest.runtime)}};
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<SnapshotManifest> parse_manifest(std::string_view text) {
    try {
        const json document = json::parse(text);
        SnapshotManifest manifest;
        take(document, "pycore", manifest.pycore_version);
        take(document, "level", manifest.level);
        take(document, "consistency", manifest.consistency);
        take(document, "stopped", manifest.stopped);
        take(document, "pause_ns", manifest.pause_ns);
        take(document, "attempts", manifest.attempts);
        take(document, "time", manifest.time);
        take(document, "host", manifest.host);
        take(document, "cgroup", manifest.cgroup);
        take(document, "rank", manifest.rank);
        take(document, "world_size", manifest.world_size);
        take_known(document, "job_id", manifest.job_id);
        take_known(document, "step_id", manifest.step_id);
        take_known(document, "node", manifest.node);
        take_known(document, "mpi_job", manifest.mpi_job);
        take(document, "environment", manifest.environment);
        manifest.thread_names = by_tid(document, "thread_names");
        manifest.wait_channels = by_tid(document, "wait_channels");
        take(document, "redacted", manifest.redacted);
        manifest.states = by_tid(document, "states");
        manifest.system_calls = by_tid(document, "system_calls");
        take(document, "left_out", manifest.left_out);
        manifest.runtime = hint_of(document);
        return manifest;
    } catch (const json::exception& error) {
        return Error{ErrorCode::Corrupt, std::string("the snapshot's manifest is damaged: ") + error.what(), {}};
    }
}

}  // namespace pycore
