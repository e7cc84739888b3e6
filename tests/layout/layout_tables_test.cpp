// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/layout_tables.h"

#include "layout/validate_layout.h"
#include "support/catch.h"
#include "support/python_versions.h"

using namespace pycore;
using namespace pycore::layout;

TEST_CASE("every minor version has a committed layout that is sound", "[layout]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        const auto table = find_layout_table(build.version);
        REQUIRE(table);
        const auto valid = validate_layout(table->layout, *find_traits(build.version, false));
        if (!valid) FAIL(valid.error().message);
    }
}

TEST_CASE("a patch release without a table of its own takes its nearest", "[layout]") {
    CHECK(find_layout_table({3, 9, 2})->exact);
    const auto near = find_layout_table({3, 9, 5});
    CHECK_FALSE(near->exact);
    CHECK(near->version == PythonVersion{3, 9, 2});
    CHECK(find_layout_table({3, 9, 17})->version == PythonVersion{3, 9, 18});
    CHECK_FALSE(find_layout_table({3, 13, 0, 'a', 1})->exact);
}

TEST_CASE("versions that pycore does not read have no table", "[layout]") {
    CHECK_FALSE(find_layout_table({3, 7, 16}));
    CHECK_FALSE(find_layout_table({3, 16, 0}));
    CHECK_FALSE(find_layout_table({2, 7, 18}));
    CHECK(find_traits({3, 7, 16}, false) == nullptr);
    CHECK(find_traits({3, 16, 0}, false) == nullptr);
    CHECK(find_traits({3, 12, 0}, true) == nullptr);
}

TEST_CASE("a damaged layout is refused with the name of the field", "[layout]") {
    const PythonVersion version{3, 14, -1};
    auto layout = find_layout_table(version)->layout;
    const auto judge = [&] { return validate_layout(layout, *find_traits(version, false)); };
    SECTION("outside of its structure") {
        layout.thread_state.interp = 100'000;
        CHECK(judge().error().message.find("thread_state.interp") != std::string::npos);
    }
    SECTION("an absurd size") {
        layout.interpreter_state.size = 0xffffffff;
        CHECK(judge().error().message.find("interpreter_state.size") != std::string::npos);
    }
    SECTION("missing") {
        layout.thread_state.current_frame.reset();
        CHECK(judge().error().code == ErrorCode::Unsupported);
    }
}
