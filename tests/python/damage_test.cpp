// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Words of a laid-out process are overwritten at random, by seeds that can be run again. Whatever they
// become, reading ends, and what it tells stays within what a process of this size can hold. Run it with
// PYCORE_SANITIZE to see reads out of bounds.
#include <algorithm>
#include <random>

#include "python/read_python.h"
#include "support/catch.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

using namespace pycore;
using test::RuntimeBuilder;

namespace {

constexpr unsigned kSeeds = 60;

constexpr std::size_t kDamagedBytes = 1024;  // of a structure, from its front

// Two interpreters, three threads; the structures whose words are worth damaging.
std::vector<Address> populate(RuntimeBuilder& python) {
    const Address main = python.add_interpreter(0);
    const Address other = python.add_interpreter(1);
    const Address a = python.add_code({.name = "a"});
    const Address b = python.add_code({.name = "b"});
    std::vector<Address> targets = {python.runtime(), main, other, a, b, python.type("str"), python.type("code")};
    for (const int tid : {10, 11, 12}) {
        const auto thread = python.add_thread(tid == 12 ? other : main, tid, {{{a, 1}}, {{b, 2}}, {{a, 3}}});
        targets.push_back(thread.state);
        targets.insert(targets.end(), thread.frames.begin(), thread.frames.end());
        for (const Address anchor : thread.anchors) {
            if (anchor) targets.push_back(anchor);
        }
    }
    python.name_threads(main, {{10, "MainThread"}, {11, "loader"}});
    const auto modules = python.get<Address>(main + *python.layout().interpreter_state.imports_modules);
    targets.push_back(modules);
    targets.push_back(python.get<Address>(modules + *python.layout().dict_object.ma_keys));
    return targets;
}

std::uint64_t odd_value(std::mt19937_64& random, std::uint64_t word, const std::vector<Address>& targets) {
    switch (random() % 8) {
        case 0: return 0;
        case 1: return ~std::uint64_t{0};
        case 2: return targets[random() % targets.size()].value;
        case 3: return word ^ std::uint64_t{1} << random() % 64;
        case 4: return word + 8;
        case 5: return std::uint64_t{1} << random() % 64;
        case 6: return random() % 4096;
        default: return random();
    }
}

}  // namespace

TEST_CASE("overwritten words never keep a process from being read to an end", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        RuntimeBuilder sound(build);
        const auto targets = populate(sound);
        for (unsigned seed = 0; seed < kSeeds; ++seed) {
            CAPTURE(build.name(), seed);
            RuntimeBuilder python(sound);
            std::mt19937_64 random(seed);
            for (std::uint64_t i = 0; i <= random() % 6; ++i) {
                const Address target = targets[random() % targets.size()];
                const std::size_t words = std::min(python.room_at(target), kDamagedBytes) / 8;
                const Address at = target + random() % words * 8;
                python.put(at, odd_value(random, python.get<std::uint64_t>(at), targets));
            }
            Diagnostics diagnostics;
            const auto process = python.process();
            const auto state = read_python(process, {}, diagnostics);
            if (!state) {
                CHECK_FALSE(state.error().message.empty());
                continue;
            }
            CHECK(state->interpreters.size() <= 2 + 64);
            CHECK(state->threads.size() <= 64);
            for (const PythonThread& thread : state->threads) CHECK(thread.activations.size() <= 64);
        }
    }
}
