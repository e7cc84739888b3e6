// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/baseline_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/json_fields.h"
#include "report/json_parts.h"
#include "report/tokens_reader.h"
#include "report/triage_json_parts.h"
#include "report/triage_words.h"

namespace pycore {
namespace {

constexpr std::string_view kSchema = "pycore/triage-baseline/1";
constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxSignatures = 4096;  // of one entry
constexpr std::size_t kMaxSamples = 16;

void write_entry(JsonStream& json, const BaselineEntry& entry) {
    json.begin_object();
    json.member("id", entry.id);
    json.member("title", entry.title);
    json.member("status", to_string(entry.status));
    json.member("note", entry.note);
    json.member("first_seen", entry.first_seen);
    json.member("last_seen", entry.last_seen);
    json.key("signatures");
    json.begin_array();
    for (const std::string& signature : entry.signatures) json.value(signature);
    json.end_array();
    json.key("samples");
    json.begin_array();
    for (const BaselineSample& sample : entry.samples) {
        json.begin_object(JsonLayout::OneLine);
        json.member("reason", sample.reason);
        json.key("frames");
        write_tokens(json, sample.tokens);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

bool is_id(std::string_view text) {
    const auto allowed = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

std::vector<std::string> read_signatures(JsonFields& fields) {
    std::vector<std::string> signatures;
    const auto array = fields.array("signatures");
    if (!array) return signatures;
    for (const simdjson::dom::element item : *array) {
        std::string_view text;
        if (item.get(text) != simdjson::SUCCESS) {
            ++fields.wrong();
        } else if (signatures.size() < kMaxSignatures) {
            signatures.emplace_back(text);
        }
    }
    std::sort(signatures.begin(), signatures.end());
    signatures.erase(std::unique(signatures.begin(), signatures.end()), signatures.end());
    return signatures;
}

Result<BaselineEntry> read_entry(JsonFields& fields) {
    BaselineEntry entry;
    entry.id = fields.text_or("id", "");
    if (!is_id(entry.id)) {
        return Error{ErrorCode::Corrupt, "an id is 1 to 64 letters, digits and -_., not '" + entry.id + "'", {}};
    }
    entry.title = fields.text_or("title", "");
    const std::string status = fields.text_or("status", "known");
    const auto known = baseline_status_from(status);
    if (!known) {
        return Error{ErrorCode::Corrupt,
                     fmt::format("cluster {}: a status is known, fixed or ignored, not '{}'", entry.id, status),
                     {}};
    }
    entry.status = *known;
    entry.note = fields.text_or("note", "");
    entry.first_seen = fields.number("first_seen");
    entry.last_seen = fields.number("last_seen");
    entry.signatures = read_signatures(fields);
    for_each_object(fields.array("samples"), fields.wrong(), [&](JsonFields sample) {
        if (entry.samples.size() == kMaxSamples) return;
        BaselineSample& read = entry.samples.emplace_back();
        read.reason = sample.text_or("reason", "");
        read.tokens = read_tokens(sample, "frames");
    });
    return entry;
}

Result<Baseline> read_entries(JsonFields& document) {
    Baseline baseline;
    std::optional<Error> error;
    for_each_object(document.array("clusters"), document.wrong(), [&](JsonFields fields) {
        if (error) return;
        auto entry = read_entry(fields);
        if (!entry) {
            error = entry.error();
        } else if (baseline.entries.size() == kMaxEntries) {
            error = Error{ErrorCode::Limit, fmt::format("it holds more than {} clusters", kMaxEntries), {}};
        } else {
            baseline.entries.push_back(*std::move(entry));
        }
    });
    if (error) return *std::move(error);
    if (document.wrong() > 0) {
        return Error{ErrorCode::Corrupt, counted(document.wrong(), "value") + " of it are not of their type", {}};
    }
    std::sort(baseline.entries.begin(), baseline.entries.end(),
              [](const BaselineEntry& a, const BaselineEntry& b) { return a.id < b.id; });
    const auto twice = std::adjacent_find(baseline.entries.begin(), baseline.entries.end(),
                                          [](const BaselineEntry& a, const BaselineEntry& b) { return a.id == b.id; });
    if (twice != baseline.entries.end()) {
        return Error{ErrorCode::Corrupt, fmt::format("cluster {} stands in it twice", twice->id), {}};
    }
    return baseline;
}

}  // namespace

std::string write_baseline(const Baseline& baseline, std::string_view tool_version) {
    JsonStream json;
    json.begin_object();
    json.member("schema", kSchema);
    write_tool(json, tool_version);
    json.key("clusters");
    json.begin_array();
    for (const BaselineEntry& entry : baseline.entries) write_entry(json, entry);
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

Result<Baseline> read_baseline(std::string_view document) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (const auto code = parser.parse(document.data(), document.size()).get(object)) {
        return Error{
            ErrorCode::Corrupt, fmt::format("it is no sound JSON document ({})", simdjson::error_message(code)), {}};
    }
    std::size_t wrong = 0;
    JsonFields fields(object, wrong);
    const std::string schema = fields.text_or("schema", "");
    if (schema != kSchema) {
        const bool newer = schema.starts_with("pycore/triage-baseline/");
        return Error{ErrorCode::Unsupported,
                     newer ? "its schema is " + schema + ", which is newer than this pycore"
                           : std::string("it is no baseline (pycore triage --baseline FILE --update writes one)"),
                     {}};
    }
    return read_entries(fields);
}

}  // namespace pycore
