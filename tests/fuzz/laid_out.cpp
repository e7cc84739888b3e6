// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/laid_out.h"

namespace pycore::fuzz {

std::vector<std::uint64_t> words_at(const test::ObjectBuilder& python, const std::vector<Address>& places) {
    std::vector<std::uint64_t> words;
    for (const Address place : places) {
        const auto word = python.get<std::uint64_t>(place);
        if (word > 0x10000 && words.size() < 4096) words.push_back(word);
    }
    return words;
}

std::vector<Address> places_within(const test::ObjectBuilder& python, const std::vector<Address>& places) {
    const auto memory = python.memory();
    std::vector<Address> within;
    for (const Address place : places) {
        if (read_value<std::uint64_t>(*memory, place)) within.push_back(place);
    }
    return within;
}

void do_damage(test::ObjectBuilder& python, const std::vector<Address>& places,
               const std::vector<std::uint64_t>& others, Choices& choices) {
    if (places.empty()) return;
    for (const Damage& damage : all_damages(choices)) {
        const Address place = places[damage.place % places.size()];
        python.put(place, damage.apply(python.get<std::uint64_t>(place), others));
    }
}

}  // namespace pycore::fuzz
