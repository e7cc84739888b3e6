// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/diagnostics.h"

#include "support/catch.h"

using namespace pycore;

TEST_CASE("the same finding is told once", "[base]") {
    Diagnostics diagnostics;
    diagnostics.warn({ErrorCode::Absent, "not there", Address{16}}, 7);
    diagnostics.warn({ErrorCode::Absent, "not there", Address{16}}, 7);
    diagnostics.warn({ErrorCode::Absent, "not there", Address{16}}, 8);

    REQUIRE(diagnostics.entries().size() == 2);
    CHECK(diagnostics.entries()[0].code == "absent");
    CHECK(diagnostics.entries()[1].thread == 8);
}

TEST_CASE("a note is no loss", "[base]") {
    Diagnostics diagnostics;
    diagnostics.note({ErrorCode::NotFound, "no file", {}});
    CHECK_FALSE(diagnostics.has_losses());
    diagnostics.warn({ErrorCode::NotFound, "no frame", {}});
    CHECK(diagnostics.has_losses());
}

TEST_CASE("a flood of findings is cut, and its last word says by how many", "[base]") {
    Diagnostics diagnostics;
    for (std::size_t i = 0; i < Diagnostics::kMaxEntries + 5; ++i) {
        diagnostics.warn({ErrorCode::Corrupt, "torn", Address{i}});
    }
    diagnostics.warn({ErrorCode::Corrupt, "torn", Address{0}});  // told already

    REQUIRE(diagnostics.entries().size() == Diagnostics::kMaxEntries + 1);
    CHECK(diagnostics.entries().back().message == "5 more findings are not listed");
}
