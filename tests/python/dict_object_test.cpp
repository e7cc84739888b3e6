// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/dict_object.h"

#include "support/catch.h"
#include "support/object_builder.h"
#include "support/python_versions.h"

using namespace pycore;
using test::ObjectBuilder;

namespace {

// The world as the builder left it, and readers over it.
struct World {
    explicit World(const ObjectBuilder& python)
        : memory(python.memory()), remote{*memory, python.layout(), python.traits(), budget}, types(remote) {}
    std::shared_ptr<BufferMemory> memory;
    ReadBudget budget;
    Remote remote;
    TypeObjects types;
};

}  // namespace

TEST_CASE("items of a dict are found by their key, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const Address wanted = python.integer(1);
        const Address dict = python.dict({{python.text("one"), python.integer(2)},
                                          {python.integer(3), python.integer(4)},
                                          {python.text("two"), wanted},
                                          {python.text("gone"), Address{}}});
        World world(python);
        CHECK(*find_item(world.remote, world.types, dict, "two") == wanted);
        CHECK(*find_item(world.remote, world.types, dict, "three") == std::nullopt);
        CHECK(*find_item(world.remote, world.types, dict, "gone") == std::nullopt);
    }
}

TEST_CASE("attributes of an instance are found where the version keeps them", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        ObjectBuilder python(build);
        const Address name = python.text("worker-1");
        const Address thread = python.instance({{"_target", python.integer(1)}, {"_name", name}, {"_unset", {}}});
        World world(python);
        CHECK(*find_attribute(world.remote, world.types, thread, "_name") == name);
        CHECK(*find_attribute(world.remote, world.types, thread, "_unset") == std::nullopt);
        CHECK(*find_attribute(world.remote, world.types, thread, "_other") == std::nullopt);
    }
}

TEST_CASE("inline values that were moved into a dict are not read", "[python]") {
    ObjectBuilder python(layout::PythonVersion{3, 13, -1});
    const Address thread = python.instance({{"_name", python.text("stale")}});
    python.set(thread + *python.layout().pyobject.size, python.layout().dict_values.valid, std::uint8_t{0});
    World world(python);
    CHECK(*find_attribute(world.remote, world.types, thread, "_name") == std::nullopt);
}

TEST_CASE("a damaged dict is told, not followed", "[python]") {
    for (const int minor : {10, 13}) {
        ObjectBuilder python(layout::PythonVersion{3, minor, -1});
        const Address dict = python.dict({{python.text("a"), python.integer(1)}});
        const auto& fields = python.layout().dict_keys;
        const auto keys = python.get<Address>(dict + *python.layout().dict_object.ma_keys);
        const auto look_up = [&] {
            World world(python);
            return find_item(world.remote, world.types, dict, "a");
        };
        SECTION("absurd number of entries " + std::to_string(minor)) {
            python.set(keys, fields.dk_nentries, std::uint64_t{1} << 40);
            CHECK(look_up().error().code == ErrorCode::Limit);
        }
        SECTION("negative number of entries " + std::to_string(minor)) {
            python.set(keys, fields.dk_nentries, std::int64_t{-1});
            CHECK(look_up().error().code == ErrorCode::Corrupt);
        }
        SECTION("absurd index " + std::to_string(minor)) {
            python.set(keys, fields.dk_log2_index_bytes, std::uint8_t{63});
            python.set(keys, fields.dk_size, std::uint64_t{1} << 62);
            CHECK(look_up().error().code == ErrorCode::Corrupt);
        }
        SECTION("keys elsewhere " + std::to_string(minor)) {
            python.set(dict, python.layout().dict_object.ma_keys, std::uint64_t{0xdddddddddddddddd});
            CHECK(look_up().error().code == ErrorCode::Unmapped);
        }
    }
}
