// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Interpreters, thread states, frames, code objects and names of a laid-out Python. u8 which build; then
// damages, whose places are the words that a reading of the sound one touched.
#include "fuzz/laid_out.h"
#include "fuzz/touched_memory.h"
#include "python/read_python.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

namespace pycore::fuzz {
namespace {

using test::RuntimeBuilder;

struct World {
    explicit World(const test::Build& build) : python(build) {
        const Address main = python.add_interpreter(0);
        const Address other = python.add_interpreter(1);
        const Address a = python.add_code({.name = "a", .units = 40});
        const Address b = python.add_code({.name = "b", .file = "/job/b.py", .first_line = 100});
        for (const int tid : {10, 11, 12}) {
            python.add_thread(tid == 12 ? other : main, tid, {{{a, 1}}, {{b, 2}}, {{a, 3}}});
        }
        python.name_threads(main, {{10, "MainThread"}, {11, "loader"}});
        python.set_gil(main, {});
        auto process = python.process();
        const auto memory = std::make_shared<TouchedMemory>(process.memory);
        process.memory = memory;
        Diagnostics diagnostics;
        static_cast<void>(read_python(process, {}, diagnostics));
        places = places_within(python, memory->touched());
        others = words_at(python, places);
    }

    RuntimeBuilder python;
    std::vector<Address> places;
    std::vector<std::uint64_t> others;
};

std::vector<World> all_worlds() {
    std::vector<World> worlds;
    for (const test::Build& build : test::all_builds()) worlds.emplace_back(build);
    return worlds;
}

}  // namespace

void fuzz_python(Bytes input) {
    static const std::vector<World> worlds = all_worlds();
    Choices choices(input);
    const World& world = worlds[choices.number<std::uint8_t>() % worlds.size()];
    RuntimeBuilder python(world.python);
    do_damage(python, world.places, world.others, choices);
    const auto process = python.process();
    Diagnostics diagnostics;
    static_cast<void>(read_python(process, {}, diagnostics));
}

}  // namespace pycore::fuzz
