// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/doctor_report.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/json_stream.h"
#include "report/palette.h"

namespace pycore {
namespace {

constexpr std::string_view kWayOut = "                               -> ";

std::string_view word_of(Finding::State state) {
    switch (state) {
        case Finding::State::Ok: return "ok";
        case Finding::State::Warn: return "warn";
        case Finding::State::No: break;
    }
    return "no";
}

std::optional<std::string> known(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

}  // namespace

std::string write_doctor_text(const std::vector<Finding>& findings, bool color) {
    const Palette palette(color);
    std::string text;
    for (const Finding& finding : findings) {
        const std::string state = fmt::format("{:<5}", word_of(finding.state));
        const bool ok = finding.state == Finding::State::Ok;
        text += fmt::format("{} {:<8} {:<16} {}\n", ok ? state : palette.paint(Paint::Crash, state), finding.about,
                            finding.what, escape(finding.told));
        if (!finding.way_out.empty()) text += fmt::format("{}{}\n", kWayOut, escape(finding.way_out));
    }
    return text;
}

std::string write_doctor_json(const std::vector<Finding>& findings, std::optional<std::int64_t> pid,
                              std::string_view tool_version) {
    JsonStream json;
    json.begin_object();
    json.member("schema", "pycore/doctor/1");
    json.key("tool");
    json.begin_object(JsonLayout::OneLine);
    json.member("name", "pycore");
    json.member("version", tool_version);
    json.end_object();
    json.member("pid", pid);
    json.key("findings");
    json.begin_array();
    for (const Finding& finding : findings) {
        json.begin_object(JsonLayout::OneLine);
        json.member("about", finding.about);
        json.member("what", finding.what);
        json.member("state", word_of(finding.state));
        json.member("told", finding.told);
        json.member("way_out", known(finding.way_out));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return std::move(json).take();
}

}  // namespace pycore
