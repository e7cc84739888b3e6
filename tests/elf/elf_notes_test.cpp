// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_notes.h"

#include <cstring>

#include "support/catch.h"

using namespace pycore;

namespace {

std::vector<std::byte> note(std::string_view name, std::uint32_t type, std::string_view description,
                            std::size_t unit = 4) {
    std::vector<std::byte> bytes(12);
    const std::uint32_t header[3] = {static_cast<std::uint32_t>(name.size() + 1),
                                     static_cast<std::uint32_t>(description.size()), type};
    std::memcpy(bytes.data(), header, sizeof(header));
    const auto append = [&](std::string_view text, std::size_t size) {
        const std::size_t at = bytes.size();
        bytes.resize((at + size + unit - 1) / unit * unit);
        std::memcpy(bytes.data() + at, text.data(), text.size());
    };
    append(name, name.size() + 1);
    append(description, description.size());
    return bytes;
}

std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::string text_of(const ElfNote& each) {
    return {reinterpret_cast<const char*>(each.description.data()), each.description.size()};
}

}  // namespace

TEST_CASE("notes are read in their order, whatever the padding", "[elf]") {
    for (const std::size_t unit : {4, 8}) {
        const auto bytes = note("GNU", 3, "abc", unit) + note("CORE", 1, "", unit);
        const auto parsed = parse_notes(bytes, unit);
        REQUIRE(parsed.notes.size() == 2);
        CHECK_FALSE(parsed.cut);
        CHECK(parsed.notes[0].name == "GNU");
        CHECK(text_of(parsed.notes[0]) == "abc");
        CHECK(parsed.notes[1].name == "CORE");
        CHECK(parsed.notes[1].type == 1);
    }
}

TEST_CASE("notes that are cut at any byte give those before the cut", "[elf]") {
    const auto whole = note("CORE", 1, "abcd") + note("LINUX", 2, "efghijkl") + note("GNU", 3, "mnop");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto parsed = parse_notes(std::span(whole).first(size));
        const std::size_t complete = size >= 72 ? 3 : size >= 52 ? 2 : size >= 24 ? 1 : 0;
        INFO("size " << size);
        REQUIRE(parsed.notes.size() == complete);
        CHECK(parsed.cut == (size != 0 && size != 24 && size != 52 && size != whole.size()));
    }
}

TEST_CASE("a note with an absurd size is the last one", "[elf]") {
    for (const std::size_t field : {0, 4}) {
        auto bytes = note("CORE", 1, "abcd") + note("CORE", 2, "abcd") + note("CORE", 3, "abcd");
        const std::uint32_t absurd = 0xfffffffd;
        std::memcpy(bytes.data() + 24 + field, &absurd, sizeof(absurd));
        const auto parsed = parse_notes(bytes);
        REQUIRE(parsed.notes.size() == 1);
        CHECK(parsed.cut);
    }
}

TEST_CASE("a hole of zeros holds no notes", "[elf]") {
    const std::vector<std::byte> hole(4096);
    const auto parsed = parse_notes(hole);
    CHECK(parsed.notes.empty());
    CHECK(parsed.cut);
}

TEST_CASE("a reader goes on behind a damaged note", "[elf]") {
    auto bytes = note("CORE", 1, "abcd") + note("CORE", 2, "efgh");
    bytes[0] = std::byte{0xff};
    ElfNoteReader reader(bytes);
    REQUIRE_FALSE(reader.next());
    REQUIRE(reader.cut());
    CHECK(reader.offset() == 0);
    reader.seek(24);
    CHECK(reader.next()->type == 2);
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.cut());
}

TEST_CASE("a build-id is the GNU note of its type and of a sane size", "[elf]") {
    const auto build_id_of = [](const std::vector<std::byte>& bytes) { return find_build_id(parse_notes(bytes)); };
    CHECK(build_id_of(note("GNU", 3, "\x01\xab")) == "01ab");
    CHECK_FALSE(build_id_of(note("GNU", 3, "")));
    CHECK_FALSE(build_id_of(note("GNU", 3, std::string(65, 'x'))));
    CHECK_FALSE(build_id_of(note("GNU", 1, "abcd")));
    CHECK_FALSE(build_id_of(note("Go", 3, "abcd")));
    CHECK(build_id_of(note("GNU", 3, "") + note("GNU", 3, "a")) == "61");
}
