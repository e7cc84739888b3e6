// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/buffer_memory.h"

#include <array>
#include <string_view>

#include "support/catch.h"

using namespace pycore;

namespace {

void write(BufferMemory& memory, std::uint64_t address, std::string_view text) {
    memory.write({address}, std::as_bytes(std::span(text)));
}

std::string picture(const BufferMemory& memory, std::uint64_t begin, std::uint64_t end) {
    std::string text;
    for (std::uint64_t address = begin; address < end; ++address) {
        text += read_value<char>(memory, {address}).value_or('.');
    }
    return text;
}

}  // namespace

TEST_CASE("a later write wins over what it covers and leaves the rest", "[memory]") {
    BufferMemory memory;
    write(memory, 10, "aaaa");
    write(memory, 20, "bbbb");
    write(memory, 12, "cccccccccc");
    write(memory, 15, "d");

    CHECK(picture(memory, 9, 25) == ".aacccdccccccbb.");
}

TEST_CASE("erased bytes are gone and their neighbours stay", "[memory]") {
    BufferMemory memory;
    write(memory, 10, "abcdef");
    memory.erase({{12}, {14}});

    CHECK(picture(memory, 9, 17) == ".ab..ef.");
    CHECK(memory.view({10}, 100).size() == 2);
    std::array<std::byte, 6> out{};
    CHECK(memory.read({10}, out).error().address == Address{12});
}
