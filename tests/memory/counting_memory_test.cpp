// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/counting_memory.h"

#include <array>

#include "memory/file_memory.h"
#include "support/catch.h"

using namespace pycore;

TEST_CASE("pages of the dump that are looked at count once, those that are absent do not", "[memory]") {
    static const std::array<std::byte, 0x3000> bytes{};
    auto file = std::make_shared<FileMemory>();
    MemoryRegion region;
    region.range = {{0x10000}, {0x20000}};
    file->add_region(region, bytes);
    file->seal();
    const CountingMemory memory(file);
    std::array<std::byte, 16> out{};
    CHECK(memory.touched_bytes() == 0);
    CHECK(memory.read(Address{0x10010}, out));
    CHECK(memory.read(Address{0x10020}, out));
    CHECK(memory.touched_bytes() == 0x1000);
    CHECK(memory.read(Address{0x11ff8}, out));
    CHECK(memory.touched_bytes() == 0x3000);
    CHECK_FALSE(memory.read(Address{0x18000}, out));
    CHECK(memory.view(Address{0x10000}, 8).size() == 8);
    CHECK(memory.touched_bytes() == 0x3000);
}
