// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/damage.h"

namespace pycore::fuzz {
namespace {

std::uint64_t with_low_bytes(std::uint64_t word, std::uint64_t value, unsigned bytes, unsigned at) {
    const std::uint64_t mask = bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << bytes * 8) - 1;
    const unsigned shift = at * 8;
    return (word & ~(mask << shift)) | (value & mask) << shift;
}

}  // namespace

std::uint64_t Damage::apply(std::uint64_t word, std::span<const std::uint64_t> others) const {
    const auto sign_extended = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(number)));
    const unsigned at = position % 8;
    switch (way % 10) {
        case 0: return with_low_bytes(word, number, 1, at);
        case 1: return with_low_bytes(word, number, 2, at);
        case 2: return with_low_bytes(word, number, 4, at);
        case 3: return word ^ std::uint64_t{1} << position % 64;
        case 4: return sign_extended;
        case 5: return word + sign_extended;
        case 6: return std::uint64_t{1} << position % 64;
        case 7: return ~std::uint64_t{0} >> position % 64;
        case 8: return others.empty() ? 0 : others[number % others.size()];
        default: return others.empty() ? 0 : others[number % others.size()] + position;
    }
}

std::optional<Damage> next_damage(Choices& choices) {
    if (choices.empty()) return std::nullopt;
    Damage damage;
    damage.place = choices.number<std::uint16_t>();
    damage.way = choices.number<std::uint8_t>();
    damage.position = choices.number<std::uint8_t>();
    damage.number = choices.number<std::uint32_t>();
    return damage;
}

std::vector<Damage> all_damages(Choices& choices) {
    std::vector<Damage> damages;
    while (damages.size() < kMaxDamages) {
        const auto damage = next_damage(choices);
        if (!damage) break;
        damages.push_back(*damage);
    }
    return damages;
}

}  // namespace pycore::fuzz
