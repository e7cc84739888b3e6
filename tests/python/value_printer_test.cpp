// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/value_printer.h"

#include "support/catch.h"
#include "support/object_builder.h"
#include "support/python_versions.h"

using namespace pycore;
using test::ObjectBuilder;

namespace {

std::optional<std::string> print(const ObjectBuilder& python, Address object) {
    const auto memory = python.memory();
    ReadBudget budget;
    const Remote remote{*memory, python.layout(), python.traits(), budget};
    TypeObjects types(remote);
    return ValuePrinter(remote, types, {}).print(object);
}

layout::ObjectLayout fields_of(const ObjectBuilder& python) {
    return layout::object_layout(python.layout(), python.traits());
}

std::string damaged(const std::string& what, Address object) {
    return "<damaged " + what + " at " + to_string(object) + ">";
}

}  // namespace

TEST_CASE("values are written as repr() writes them, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const Address one = python.integer(1);
        const Address text = python.text("two");
        CHECK(print(python, python.integer(0)) == "0");
        CHECK(print(python, python.integer(~0ULL)) == "18446744073709551615");
        CHECK(print(python, python.real(2.5)) == "2.5");
        CHECK(print(python, python.none()) == "None");
        CHECK(print(python, python.bytes(std::as_bytes(std::span("ab", 2)))) == "b'ab'");
        CHECK(print(python, python.list({one, text})) == "[1, 'two']");
        CHECK(print(python, python.tuple({one})) == "(1,)");
        CHECK(print(python, python.tuple({})) == "()");
        CHECK(print(python, python.dict({{text, one}, {one, python.none()}})) == "{'two': 1, 1: None}");
        CHECK(print(python, python.set_of({text})) == "{'two'}");
        CHECK(print(python, python.set_of({})) == "set()");
        CHECK(print(python, python.list({one, Address{}})) == "[1, <NULL>]");
    }
}

TEST_CASE("what is too long, too many or too deep is cut, and says so", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 13, -1});
    const Address one = python.integer(1);
    std::string ones = "1";
    for (int i = 1; i < 32; ++i) ones += ", 1";
    CHECK(print(python, python.list(std::vector<Address>(32, one))) == "[" + ones + "]");
    CHECK(print(python, python.list(std::vector<Address>(1000, one))) == "[" + ones + ", … 968 more]");
    CHECK(print(python, python.text(std::string(300, 'x'))) == "'" + std::string(256, 'x') + "'… 44 more");
    const Address deep = python.tuple({python.list({python.dict({{one, one}}), python.list({})})});
    CHECK(print(python, deep) == "([{…}, []],)");
    const Address wide = python.list(std::vector<Address>(32, python.list(std::vector<Address>(32, one))));
    CHECK(print(python, wide)->size() < 2000);
}

TEST_CASE("a list within itself ends", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 13, -1});
    const Address list = python.list({python.integer(1), python.none()});
    const auto items = python.get<Address>(list + fields_of(python).list_items);
    python.put(items + 8, list.value);
    CHECK(print(python, list) == "[1, [...]]");
}

TEST_CASE("objects that lie within each other without end are cut", "[python]") {
    struct Builder : ObjectBuilder {
        using ObjectBuilder::object;
        using ObjectBuilder::ObjectBuilder;
    };
    Builder python(layout::PythonVersion{3, 13, -1});
    Address innermost = python.integer(1);
    for (int i = 0; i < 100'000; ++i) {
        const Address range = python.object("range", 48);
        for (int part = 0; part < 3; ++part) python.put(range + 16 + 8 * part, innermost.value);
        innermost = range;
    }
    CHECK(print(python, innermost)->size() < 1000);
}

TEST_CASE("damaged objects are told as damaged, not by invented values", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const auto fields = fields_of(python);
        const Address one = python.integer(1);
        const Address list = python.list({one});
        python.put(list + fields.header, std::uint64_t{2});  // more than what was allocated
        CHECK(print(python, list) == damaged("list", list));
        const Address tuple = python.tuple({one});
        python.put(tuple + fields.header, std::int64_t{-1});
        CHECK(print(python, tuple) == damaged("tuple", tuple));
        const Address set = python.set_of({one});
        python.put(set + fields.set_mask, std::uint64_t{6});
        CHECK(print(python, set) == damaged("set", set));
        const Address number = python.integer(5);
        python.put(number + *python.layout().long_object.ob_digit, ~0U);
        CHECK(print(python, number) == damaged("int", number));
        const Address dict = python.dict({{one, one}});
        python.put(dict + fields.header, std::uint64_t{100});
        CHECK(print(python, dict) == damaged("dict", dict));
        // Only the part that is damaged is lost.
        CHECK(print(python, python.list({one, set})) == "[1, " + damaged("set", set) + "]");
    }
}

TEST_CASE("what is no object is not read as one", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 12, -1});
    const Address one = python.integer(1);
    CHECK(print(python, one + 4) == damaged("object", one + 4));
    CHECK(print(python, Address{0x10}) == damaged("object", Address{0x10}));
    const Address wrong = python.integer(2);  // its type is no type
    python.set(wrong, python.layout().pyobject.ob_type, one.value);
    CHECK(print(python, wrong) == damaged("object", wrong));
}

TEST_CASE("an absurd length costs no memory and no time", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 13, -1});
    const auto fields = fields_of(python);
    const Address list = python.list({python.integer(1)});
    python.put(list + fields.header, std::uint64_t{1} << 40);
    python.put(list + fields.list_items + 8, std::uint64_t{1} << 40);
    CHECK(print(python, list) == damaged("list", list));
    const Address number = python.integer(1);
    python.put(number + fields.header, (std::uint64_t{1} << 40) << 3);
    CHECK(print(python, number) == damaged("int", number));
    const Address text = python.text("x");
    python.set(text, python.layout().unicode_object.length, ~std::uint64_t{0});
    CHECK(print(python, text) == damaged("str", text));
}
