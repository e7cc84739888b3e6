// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A Python that was laid out by hand, the places of it that are worth damage, and the damage done.

#include <vector>

#include "fuzz/damage.h"
#include "support/object_builder.h"

namespace pycore::fuzz {

// Addresses that stand in words of `python` at `places`: what pointers may be bent to.
std::vector<std::uint64_t> words_at(const test::ObjectBuilder& python, const std::vector<Address>& places);

// `places` that lie in blocks of `python`, whole words.
std::vector<Address> places_within(const test::ObjectBuilder& python, const std::vector<Address>& places);

void do_damage(test::ObjectBuilder& python, const std::vector<Address>& places,
               const std::vector<std::uint64_t>& others, Choices& choices);

}  // namespace pycore::fuzz
