// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/restarted_call.h"

#include <array>

#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::uint64_t kPointer = 0x7f0012345670;

Registers in_call(const std::array<std::uint64_t, 6>& arguments) {
    constexpr std::array order = {kRdi, kRsi, kRdx, kR10, kR8, kR9};
    Registers registers;
    for (std::size_t i = 0; i < order.size(); ++i) registers.general[order[i]] = arguments[i];
    return registers;
}

}  // namespace

TEST_CASE("a wait with a timeout is still told as what it is after its process was stopped once", "[process]") {
    const auto number = [](const std::array<std::uint64_t, 6>& arguments) {
        return restarted_call(219, in_call(arguments));
    };
    CHECK(number({kPointer, 0x189, 0, kPointer, 0, 0xffffffff}) == 202);
    CHECK(number({kPointer, 0x80, 2, kPointer, 0, 0}) == 202);  // musl
    CHECK(number({kPointer, 1, 60'000, 0, 0, 0}) == 7);
    CHECK(number({kPointer, 1, 0xffffffff, 0, 0, 0}) == 7);
    CHECK(number({0, 0, 1000, 0, 0, 0}) == 7);
    CHECK(number({0, 0, kPointer, kPointer, 0, 0}) == 230);
    CHECK(number({kPointer, kPointer, kPointer, 0, 0, 0}) == 35);
    CHECK(number({1, 2, 3, 4, 5, 6}) == 219);
    CHECK(restarted_call(0, in_call({kPointer, 0x189, 0, kPointer, 0, 0xffffffff})) == 0);
}
