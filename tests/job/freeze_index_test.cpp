// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/freeze_index.h"

#include "report/freeze_report.h"
#include "support/catch.h"

using namespace pycore;

namespace {

FreezeResult result(std::int64_t pid, const std::string& file) {
    FreezeResult result;
    result.pid = pid;
    result.file = file;
    result.bytes = 7;
    result.stopped = true;
    result.pause_ns = 1'200'000;
    result.consistency = "stopped";
    result.host = "vm";
    result.name = "python3";
    result.time = "2026-11-21T15:04:05.123456Z";
    result.child_of = 9;
    result.place = {3, 4, "17", "0", "n2", "a.1"};
    result.rank = 3;
    return result;
}

}  // namespace

TEST_CASE("the document of freeze reads back as it was", "[job]") {
    FreezeDocument document = {{result(1, "a\n\"b\".zst"), {}}, {{5, "vm", "sh", "it holds no Python"}}};
    document.results[1].error = "no";
    const std::string json = write_freeze_json(document, "0.1.0");
    const auto read = parse_freeze_document(json);
    REQUIRE(read);
    CHECK(write_freeze_json(*read, "0.1.0") == json);
    CHECK(read->results[0].place == document.results[0].place);
    CHECK(read->results[0].rank == 3);
}

TEST_CASE("what is no document of freeze is refused in a sentence", "[job]") {
    for (const char* text : {"", "[]", "{}", "null", "{\"schema\": \"pycore/stacks/1\", \"results\": []}",
                             "{\"schema\": \"pycore/freeze/1\"}", "{\"schema\": \"pycore/freeze/1\", \"results\": [3]}",
                             "{\"schema\": \"pycore/freeze/1\", \"results\": [{\"pid\": \"x\"}]}"}) {
        CHECK_FALSE(parse_freeze_document(text));
    }
}

TEST_CASE("of two results for one file the newer one stays", "[job]") {
    FreezeDocument document = {{result(1, "a"), result(2, "b")}, {}};
    append(document, {{result(3, "a")}, {}});
    REQUIRE(document.results.size() == 2);
    CHECK(document.results[0].pid == 2);
    CHECK(document.results[1].pid == 3);
}
