// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/python_version.h"

#include "support/catch.h"

using namespace pycore::layout;

TEST_CASE("PY_VERSION_HEX is spelled as Python spells it", "[layout]") {
    const auto spell = [](std::uint64_t hex) { return to_string(*version_from_hex(hex)); };
    CHECK(spell(0x030812f0) == "3.8.18");
    CHECK(spell(0x030f00b1) == "3.15.0b1");
    CHECK(spell(0x030e00c2) == "3.14.0rc2");
    CHECK(spell(0x030d00a6) == "3.13.0a6");
    CHECK(to_hex(*version_from_hex(0x030e00c2)) == 0x030e00c2);
}

TEST_CASE("a number that is no version of CPython is refused", "[layout]") {
    CHECK_FALSE(version_from_hex(0));
    CHECK_FALSE(version_from_hex(0x04000000));
    CHECK_FALSE(version_from_hex(0x03080000));  // no release level
    CHECK_FALSE(version_from_hex(0x1030812f0));
}

TEST_CASE("the version is read off the front of sys.version", "[layout]") {
    const auto spell = [](std::string_view text) { return to_string(*parse_version(text)); };
    CHECK(spell("3.8.18 (default, Jan  1 2024)") == "3.8.18");
    CHECK(spell("3.12.0rc1+ (heads/main)") == "3.12.0rc1");
    CHECK(spell("2.7.18 (default)") == "2.7.18");
    CHECK_FALSE(parse_version("3.8"));
    CHECK_FALSE(parse_version("3.x.1"));
    CHECK_FALSE(parse_version("4.0.0"));
    CHECK_FALSE(parse_version("3.8.999"));
    CHECK_FALSE(parse_version(""));
}

TEST_CASE("a version whose micro number is unknown is told without one", "[layout]") {
    CHECK(to_string(PythonVersion{3, 9, -1}) == "3.9");
}
