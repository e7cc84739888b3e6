// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/file_memory.h"

#include <array>

#include "support/catch.h"

using namespace pycore;

TEST_CASE("a read past the dumped part of a segment names the first absent address", "[memory]") {
    const std::array<std::byte, 16> dumped{};
    FileMemory memory;
    memory.add_region({{{0x1000}, {0x1020}}}, dumped);
    memory.seal();

    std::array<std::byte, 8> out{};
    const auto done = memory.read({0x100c}, out);

    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::Absent);
    CHECK(done.error().address == Address{0x1010});
}
