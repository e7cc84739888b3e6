// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/triage_writer.h"

#include <nlohmann/json.hpp>

#include "base/compact_ranges.h"
#include "report/baseline_json.h"
#include "report/triage_part_json.h"
#include "report/xml_escape.h"
#include "support/catch.h"
#include "support/triage_samples.h"

using namespace pycore;
using nlohmann::json;

namespace {

const TriageOptions kOptions{"0.1.0"};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

// Bytes that no report may hold: controls but line breaks, directions, surrogates.
bool is_clean(const std::string& text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n') || byte == 0x7f || byte == 0xff) return false;
    }
    return !holds(text, "\xe2\x80\xae") && !holds(text, "\xed\xb2\x80");
}

}  // namespace

TEST_CASE("a triage as text begins with its totals and a line for each cause", "[report]") {
    const std::string text = write_triage_text(test::triage_report(), kOptions);
    CHECK(text.starts_with("5 inputs, 1 unreadable, 1 read in part: 3 causes (1 back after a fix, 1 new, 1 known)\n"));
    CHECK(holds(text, "  2 x  back"));
    CHECK(holds(text, "core.1, core.2"));
    CHECK(holds(text, "  [native] decode at ext.c:44:3 (libfoo.so)  <- crashed here\n"));
    CHECK(holds(text, "\nUnreadable\n  core.5: is no core\n"));
}

TEST_CASE("a triage as JSON has every input with its cluster", "[report]") {
    const json document = json::parse(write_triage_json(test::triage_report(), kOptions));
    CHECK(document["schema"] == "pycore/triage/1");
    CHECK(document["totals"]["regression"] == 1);
    CHECK(document["completeness"] == "partial");
    REQUIRE(document["inputs"].size() == 5);
    CHECK(document["inputs"][0]["cluster"] == document["clusters"][0]["id"]);
    CHECK(document["inputs"][4]["cluster"].is_null());
    CHECK(document["clusters"][0]["state"] == "regression");
    CHECK(document["clusters"][0]["representative"][0]["frames"][2]["crash_site"] == true);
    CHECK(document["diagnostics"].size() == 2);
}

TEST_CASE("a triage as JSON Lines has one document a line", "[report]") {
    const std::string text = write_triage_jsonl(test::hostile_report(), kOptions);
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1, ++lines) {
        CHECK(json::parse(text.substr(begin, text.find('\n', begin) - begin))["schema"] == "pycore/triage-line/1");
    }
    CHECK(lines == 1 + 3 + 5);
}

TEST_CASE("hostile names cannot get out of where a report puts them", "[report]") {
    const TriageReport report = test::hostile_report();
    const std::string html = write_triage_html(report, kOptions);
    CHECK(count(html, "</script>") == 1);
    CHECK_FALSE(holds(html, "<!--"));
    CHECK(is_clean(html));
    const std::string junit = write_triage_junit(report, kOptions);
    CHECK_FALSE(holds(junit, "]]>"));
    CHECK_FALSE(holds(junit, "</script>"));
    CHECK_FALSE(holds(junit, "\xef\xbf\xbf"));
    CHECK(is_clean(junit));
    const std::string markdown = write_triage_markdown(report, kOptions);
    CHECK(is_clean(markdown));
    CHECK_FALSE(holds(markdown.substr(0, markdown.find("````")), "[x](http"));
    CHECK(holds(markdown, "````text\n"));
    CHECK(is_clean(write_triage_text(report, kOptions)));
    CHECK(is_clean(write_triage_json(report, kOptions)));
    const json sarif = json::parse(write_triage_sarif(report, kOptions));
    CHECK_FALSE(holds(sarif["runs"][0]["results"][0]["message"]["text"].get<std::string>(), "[x](http"));
}

TEST_CASE("SARIF tells the innermost Python line of the application and its fingerprint", "[report]") {
    const TriageReport report = test::triage_report();
    const json sarif = json::parse(write_triage_sarif(report, kOptions));
    const json& result = sarif["runs"][0]["results"][0];
    const json& place = result["locations"][0]["physicalLocation"];
    CHECK(place["artifactLocation"]["uri"] == "file:///job/app/io.py");
    CHECK(place["region"]["startLine"] == 12);
    CHECK(result["partialFingerprints"]["pycore/v1"] == report.representative(report.clusters[0]).L1);
    CHECK(result["baselineState"] == "new");
    CHECK(sarif["runs"][0]["results"][2]["baselineState"] == "unchanged");
    CHECK(result["codeFlows"][0]["threadFlows"][0]["locations"].size() == 3);
    CHECK(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"] == result["ruleId"]);
}

TEST_CASE("JUnit counts what is new as failed, what is known as skipped, what is unreadable as an error", "[report]") {
    const std::string text = write_triage_junit(test::triage_report(), kOptions);
    CHECK(holds(text, "tests=\"4\" failures=\"2\" errors=\"1\" skipped=\"1\""));
    CHECK(count(text, "<testcase ") == 4);
    CHECK(count(text, "<failure ") == 2);
    CHECK(count(text, "<skipped>known</skipped>") == 1);
    CHECK(count(text, "<error ") == 1);
}

TEST_CASE("Markdown keeps to its limit, and its totals", "[report]") {
    const TriageReport report = test::large_report(400);
    for (const std::size_t most : {std::size_t{3'000}, std::size_t{65'000}, std::size_t{1'000'000}}) {
        TriageOptions options = kOptions;
        options.max_bytes = most;
        const std::string text = write_triage_markdown(report, options);
        CHECK(text.size() <= most);
        CHECK(holds(text, "400 inputs: "));
    }
    TriageOptions small = kOptions;
    small.max_bytes = 20'000;
    CHECK(holds(write_triage_markdown(report, small), "left out of the stacks"));
}

TEST_CASE("a part that is read back is the part that was written", "[report]") {
    for (const TriageReport& report : {test::triage_report(), test::hostile_report()}) {
        const std::string text = write_triage_part(report.part, "0.1.0");
        CHECK(looks_like_triage_part(std::string_view(text).substr(0, 100)));
        const auto part = read_triage_part(text);
        REQUIRE(part);
        CHECK(part->inputs.size() == report.part.inputs.size());
        CHECK(write_triage_part(*part, "0.1.0") == text);
    }
}

TEST_CASE("a damaged part says so", "[report]") {
    const auto message = [](const std::string& text) {
        const auto part = read_triage_part(text);
        return part ? std::string("sound") : part.error().message;
    };
    CHECK(holds(message("{"), "no sound JSON"));
    CHECK(holds(message("[]"), "JSON"));
    CHECK(holds(message("{}"), "is no part of a triage"));
    CHECK(holds(message(R"({"schema": "pycore/triage-part/9"})"), "newer"));
    const std::string head = R"({"schema": "pycore/triage-part/1", "inputs": [)";
    CHECK(holds(message(head + R"({"path": "a", "status": "lost"}], "stacks": []})"), "input 0"));
    CHECK(holds(message(head + R"({"path": "a", "status": "read", "stack": "0000000000000000"}], "stacks": []})"),
                "lacks the stack"));
    CHECK(holds(message(head + R"(], "stacks": [{"L0": "<b>"}]})"), "stack 0"));
    CHECK(holds(message(head + R"(7], "stacks": []})"), "not of their type"));
    CHECK(message(head + R"(], "stacks": []})") == "sound");
}

TEST_CASE("a baseline that is read back is the baseline that was written", "[report]") {
    Baseline baseline;
    BaselineEntry& entry = baseline.entries.emplace_back();
    entry.id = "0123456789abcdef";
    entry.title = "a title";
    entry.status = BaselineStatus::Ignored;
    entry.note = "see the wiki";
    entry.signatures = {"0123456789abcdef"};
    entry.samples = {{"SIGSEGV null", {{"ext!f", false, true}, {"app:g", true, false}}}};
    entry.first_seen = 12;
    const std::string text = write_baseline(baseline, "0.1.0");
    const auto read = read_baseline(text);
    REQUIRE(read);
    CHECK(write_baseline(*read, "0.1.0") == text);
}

TEST_CASE("a wrong baseline names the cluster and what is wrong", "[report]") {
    const auto message = [](const std::string& clusters) {
        const auto read = read_baseline(R"({"schema": "pycore/triage-baseline/1", "clusters": [)" + clusters + "]}");
        return read ? std::string("sound") : read.error().message;
    };
    CHECK(message(R"({"id": "a"})") == "sound");
    CHECK(message(R"({"id": "a", "status": "fxied"})") ==
          "cluster a: a status is known, fixed or ignored, not 'fxied'");
    CHECK(holds(message(R"({"id": "a b"})"), "an id is"));
    CHECK(message(R"({"id": "a"}, {"id": "a"})") == "cluster a stands in it twice");
    CHECK(holds(message(R"({"id": "a", "title": 7})"), "not of their type"));
    CHECK(holds(message("{"), "no sound JSON"));
}

TEST_CASE("ranks are told as ranges", "[report]") {
    CHECK(compact_ranges({}).empty());
    CHECK(compact_ranges({0, 1, 2, 3, 7}) == "0-3,7");
    CHECK(compact_ranges({5}) == "5");
    CHECK(compact_ranges({-2, -1, 4, 5}) == "-2--1,4-5");
    std::vector<std::int64_t> scattered;
    for (std::int64_t rank = 0; rank < 100; rank += 2) scattered.push_back(rank);
    CHECK(compact_ranges(scattered).ends_with(",96,98"));
    CHECK(readable_ranges(scattered).ends_with(",76,78,... and 10 more"));
    CHECK(readable_ranges({0, 1, 2, 3, 7}) == "0-3,7");
}

TEST_CASE("XML gets no character that it cannot hold", "[report]") {
    CHECK(xml_text("a<b>&\"]]>\x1b\n") == "a&lt;b&gt;&amp;&quot;]]&gt;\\x1b\\x0a");
    CHECK(xml_text("a\nb", true) == "a\nb");
    CHECK(xml_text("\xef\xbf\xbe\xef\xbf\xbf") == "\\ufffe\\uffff");
}
