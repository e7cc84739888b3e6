// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Strings, bytes, ints, dicts, instances of a laid-out Python. u8 which build; then damages, whose places
// are the words that a reading of the sound objects touched.
#include "fuzz/laid_out.h"
#include "fuzz/touched_memory.h"
#include "python/dict_object.h"
#include "python/value_printer.h"
#include "support/python_versions.h"

namespace pycore::fuzz {
namespace {

using test::ObjectBuilder;

struct World {
    explicit World(const test::Build& build) : python(build) {
        texts = {python.text("ascii"), python.text(U"caf\u00e9"), python.text(U"\u4e2d\u6587"),
                 python.text(std::u32string{0x1f40d, 0xd800}), python.text(std::string(300, 'x'))};
        bytes = python.bytes(std::as_bytes(std::span("bytes of an object")));
        integers = {python.integer(0), python.integer(1), python.integer(1ULL << 40), python.integer(~0ULL)};
        ObjectBuilder::Items items;
        for (const Address text : texts) items.emplace_back(text, python.integer(7));
        items.emplace_back(python.integer(3), texts[0]);
        dict = python.dict(items);
        const Address real = python.real(0.5);
        const Address inner = python.list({texts[0], real, python.tuple({integers[2], bytes})});
        values = {python.list({inner, python.set_of({texts[1], real}), dict}), python.tuple({dict, inner}), real,
                  python.cell(inner)};
        instance = python.instance({{"_name", texts[1]}, {"_target", dict}, {"_unset", {}}});
    }

    ObjectBuilder python;
    std::vector<Address> texts;
    std::vector<Address> integers;
    std::vector<Address> values;
    Address bytes, dict, instance;
    std::vector<Address> places;
    std::vector<std::uint64_t> others;
};

void read_all(const World& world, const ObjectBuilder& python, const MemoryImage& memory) {
    ReadBudget budget;
    const Remote remote{memory, python.layout(), python.traits(), budget};
    TypeObjects types(remote);
    for (const Address text : world.texts) static_cast<void>(read_text(remote, types, text));
    for (const Address integer : world.integers) read_unsigned(remote, types, integer);
    std::vector<std::byte> storage;
    static_cast<void>(read_bytes_object(remote, world.bytes, 1 << 20, storage));
    static_cast<void>(for_each_item(remote, types, world.dict, [&](Address key, Address value) {
        static_cast<void>(read_text(remote, types, key));
        read_unsigned(remote, types, value);
        types.is_code_type(value);
        return true;
    }));
    static_cast<void>(find_item(remote, types, world.dict, "ascii"));
    ValuePrinter printer(remote, types, {world.dict});
    for (const auto& objects : {world.values, world.texts, world.integers, {world.instance, world.bytes}}) {
        for (const Address object : objects) {
            static_cast<void>(printer.print(object));
            static_cast<void>(printer.type_name(object));
        }
    }
    for (const char* name : {"_name", "_unset", "_other"}) {
        static_cast<void>(find_attribute(remote, types, world.instance, name));
    }
}

std::vector<World> all_worlds() {
    std::vector<World> worlds;
    for (const test::Build& build : test::all_builds()) {
        World world(build);
        const TouchedMemory memory(world.python.memory());
        read_all(world, world.python, memory);
        world.places = places_within(world.python, memory.touched());
        world.others = words_at(world.python, world.places);
        worlds.push_back(std::move(world));
    }
    return worlds;
}

}  // namespace

void fuzz_objects(Bytes input) {
    static const std::vector<World> worlds = all_worlds();
    Choices choices(input);
    const World& world = worlds[choices.number<std::uint8_t>() % worlds.size()];
    ObjectBuilder python(world.python);
    do_damage(python, world.places, world.others, choices);
    read_all(world, python, *python.memory());
}

}  // namespace pycore::fuzz
