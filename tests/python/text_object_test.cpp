// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/text_object.h"

#include "support/catch.h"
#include "support/object_builder.h"
#include "support/python_versions.h"

using namespace pycore;
using test::ObjectBuilder;

namespace {

// What reading `object` gives; the world is what the builder has laid out so far.
Result<std::string> read(const ObjectBuilder& python, Address object) {
    const auto memory = python.memory();
    ReadBudget budget;
    const Remote remote{*memory, python.layout(), python.traits(), budget};
    TypeObjects types(remote);
    return read_text(remote, types, object);
}

std::optional<std::uint64_t> read_number(const ObjectBuilder& python, Address object) {
    const auto memory = python.memory();
    ReadBudget budget;
    const Remote remote{*memory, python.layout(), python.traits(), budget};
    TypeObjects types(remote);
    return read_unsigned(remote, types, object);
}

}  // namespace

TEST_CASE("names of every script are read as UTF-8, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const auto round_trip = [&](std::u32string_view text) { return *read(python, python.text(text)); };
        CHECK(round_trip(U"") == "");
        CHECK(round_trip(U"plain") == "plain");
        CHECK(round_trip(U"Grün") == "Gr\xc3\xbcn");
        CHECK(round_trip(U"日本") == "\xe6\x97\xa5\xe6\x9c\xac");
        CHECK(round_trip(U"\x1f600!") == "\xf0\x9f\x98\x80!");
    }
}

TEST_CASE("a lone surrogate keeps its three bytes", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 12, -1});
    const char32_t text[] = {U'a', 0xdc80, U'b'};
    CHECK(*read(python, python.text(std::u32string_view(text, 3))) ==
          "a\xed\xb2\x80"
          "b");
}

TEST_CASE("an object that is no str is not read as one", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 12, -1});
    const Address number = python.integer(7);
    REQUIRE_FALSE(read(python, number));
    CHECK(read(python, number).error().code == ErrorCode::Corrupt);
}

TEST_CASE("damaged strings are told, not read", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 10, -1});
    const auto& fields = python.layout().unicode_object;
    const Address text = python.text("name");
    SECTION("absurd length") {
        python.set(text, fields.length, std::uint64_t{1} << 60);
        CHECK(read(python, text).error().code == ErrorCode::Limit);
    }
    SECTION("longer than what is there") {
        python.set(text, fields.length, std::uint64_t{1000});
        CHECK(read(python, text).error().code == ErrorCode::Unmapped);
    }
    SECTION("impossible kind") {
        python.set(text, fields.state, std::uint32_t{7U << 2 | 1U << 5});
        CHECK(read(python, text).error().code == ErrorCode::Corrupt);
    }
    SECTION("impossible character") {
        const Address wide = python.text(U"\x1f600");
        python.put(wide + *fields.compactunicodeobject_size, std::uint32_t{0x110000});
        CHECK(read(python, wide).error().code == ErrorCode::Corrupt);
    }
}

TEST_CASE("thread idents of any size are read, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x7f12'3456'7000},
                                          std::uint64_t{0x3fffffff}, ~std::uint64_t{0}}) {
            CHECK(read_number(python, python.integer(value)) == value);
        }
        CHECK_FALSE(read_number(python, python.text("7")));
    }
}

TEST_CASE("a str whose length is damaged is not cut or run together with its neighbour", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const Address text = python.text("multiply");
        python.set(text, python.layout().unicode_object.length, std::uint64_t{5});
        REQUIRE_FALSE(read(python, text));
        CHECK(read(python, text).error().code == ErrorCode::Corrupt);
    }
}

TEST_CASE("a str whose type has lost its flags is known by the type's name", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 12, -1});
    const Address text = python.text("name");
    python.set(python.type("str"), python.layout().type_object.tp_flags, std::uint64_t{0});
    CHECK_FALSE(read(python, text));
    python.set(python.type("str"), python.layout().type_object.tp_basicsize,
               std::int64_t{*python.layout().unicode_object.size});
    const Address word = python.allocate(16);
    python.put_bytes(word, std::as_bytes(std::span("str", 4)));
    python.set(python.type("str"), python.layout().type_object.tp_name, word.value);
    CHECK(read(python, text).value() == "name");
}

TEST_CASE("an object whose type is nowhere is not read as a str", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 12, -1});
    const Address text = python.text("name");
    python.set(text, python.layout().pyobject.ob_type, std::uint64_t{0x123456789a});
    CHECK_FALSE(read(python, text));
}
