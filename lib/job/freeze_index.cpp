// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/freeze_index.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace pycore {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMaxIndex = 256 << 20;  // bytes; a result takes some 400

template <typename T>
void take(const json& object, const char* key, T& value) {
    const auto found = object.find(key);
    if (found != object.end() && !found->is_null()) value = found->get<T>();
}

template <typename T>
void take(const json& object, const char* key, std::optional<T>& value) {
    const auto found = object.find(key);
    if (found != object.end() && !found->is_null()) value = found->get<T>();
}

RankPlace place_of(const json& object) {
    RankPlace place;
    take(object, "rank", place.rank);
    take(object, "world_size", place.world_size);
    take(object, "job_id", place.job_id);
    take(object, "step_id", place.step_id);
    take(object, "node", place.node);
    take(object, "mpi_job", place.mpi_job);
    return place;
}

FreezeResult result_of(const json& object) {
    FreezeResult result;
    result.pid = object.at("pid").get<std::int64_t>();
    take(object, "file", result.file);
    take(object, "bytes", result.bytes);
    take(object, "stopped", result.stopped);
    take(object, "pause_ns", result.pause_ns);
    take(object, "consistency", result.consistency);
    take(object, "error", result.error);
    take(object, "host", result.host);
    take(object, "name", result.name);
    take(object, "time", result.time);
    take(object, "child_of", result.child_of);
    take(object, "ended", result.ended);
    result.place = place_of(object);
    result.rank = result.place.rank;
    return result;
}

SkippedProcess skipped_of(const json& object) {
    SkippedProcess skipped;
    skipped.pid = object.at("pid").get<std::int64_t>();
    take(object, "host", skipped.host);
    take(object, "name", skipped.name);
    take(object, "reason", skipped.reason);
    return skipped;
}

}  // namespace

Result<FreezeDocument> parse_freeze_document(std::string_view text) {
    try {
        const json document = json::parse(text);
        if (document.value("schema", "") != "pycore/freeze/1") {
            return Error{ErrorCode::Corrupt, "it is no document of `pycore freeze`", {}};
        }
        FreezeDocument parsed;
        for (const json& object : document.at("results")) parsed.results.push_back(result_of(object));
        if (document.contains("skipped")) {
            for (const json& object : document.at("skipped")) parsed.skipped.push_back(skipped_of(object));
        }
        return parsed;
    } catch (const json::exception& error) {
        return Error{
            ErrorCode::Corrupt, std::string("it is no sound document of `pycore freeze`: ") + error.what(), {}};
    }
}

Result<FreezeDocument> read_freeze_index(const std::string& path) {
    std::error_code failure;
    if (!fs::exists(path, failure)) return Error{ErrorCode::NotFound, path + ": there is no such file", {}};
    if (!fs::is_regular_file(path, failure) || fs::file_size(path, failure) > kMaxIndex) {
        return Error{ErrorCode::Unsupported, path + ": it is no index of pycore's", {}};
    }
    std::ifstream file(path, std::ios::binary);
    return parse_freeze_document(std::string(std::istreambuf_iterator<char>(file), {}));
}

void append(FreezeDocument& document, FreezeDocument more) {
    for (FreezeResult& result : more.results) {
        std::erase_if(document.results,
                      [&](const FreezeResult& older) { return result.file && older.file == result.file; });
        document.results.push_back(std::move(result));
    }
    std::move(more.skipped.begin(), more.skipped.end(), std::back_inserter(document.skipped));
}

}  // namespace pycore
