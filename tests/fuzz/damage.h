// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Damage is one overwritten word of something sound. Bytes alone never lay out an interpreter; words
// overwritten in a sound one lead to every branch that looks at it. Eight bytes of input each:
//   u16 place   u8 way   u8 width and position   u32 number

#include <optional>
#include <vector>

#include "fuzz/choices.h"

namespace pycore::fuzz {

inline constexpr std::size_t kMaxDamages = 32;  // of one input

struct Damage {
    std::uint16_t place = 0;  // the target says of what
    std::uint8_t way = 0;
    std::uint8_t position = 0;
    std::uint32_t number = 0;

    // What becomes of a word. `others` are words worth putting in its place: pointers of the sound thing.
    std::uint64_t apply(std::uint64_t word, std::span<const std::uint64_t> others) const;
};

// The next of the input; nullopt at its end.
std::optional<Damage> next_damage(Choices& choices);
std::vector<Damage> all_damages(Choices& choices);

}  // namespace pycore::fuzz
