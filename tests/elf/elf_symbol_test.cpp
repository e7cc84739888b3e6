// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/elf_symbol.h"

#include <elf.h>

#include <cstring>

#include "support/catch.h"

using namespace pycore;

extern "C" {
// In this executable's own tables: exported for the dynamic linker, and local.
[[gnu::visibility("default"), gnu::used]] int pycore_test_exported = 42;
[[gnu::visibility("hidden"), gnu::used]] int pycore_test_hidden = 43;
}

namespace {

std::shared_ptr<const ElfFile> this_executable() {
    auto file = ElfFile::open("/proc/self/exe");
    REQUIRE(file);
    return *file;
}

int value_at(const ElfFile& file, const ElfSymbol& symbol) {
    const auto bytes = file.bytes_at(symbol.link_address, sizeof(int));
    REQUIRE(bytes.size() == sizeof(int));
    int value = 0;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
}

}  // namespace

TEST_CASE("a variable is found by its name in the file's symbol tables", "[elf]") {
    const auto file = this_executable();
    for (const auto& [name, value] : {std::pair{"pycore_test_exported", 42}, {"pycore_test_hidden", 43}}) {
        const auto symbol = find_symbol(*file, name);
        REQUIRE(symbol);
        CHECK(symbol->size >= sizeof(int));  // clang's AddressSanitizer adds a red zone
        CHECK(value_at(*file, *symbol) == value);
    }
}

TEST_CASE("the GNU hash table and the entries themselves give the same symbol", "[elf]") {
    const auto file = this_executable();
    const ElfSymbols dynamic = ElfSymbols::dynamic(*file);
    std::size_t defined = 0;
    for (std::size_t i = 0; i < dynamic.size(); ++i) {
        const auto symbol = dynamic.at(i);
        if (!symbol || symbol->binding == 0) continue;
        ++defined;
        const auto found = dynamic.find(symbol->name);
        REQUIRE(found);
        CHECK(found->link_address == symbol->link_address);
    }
    CHECK(defined > 0);
}

TEST_CASE("a name that no table has and a symbol defined elsewhere are not found", "[elf]") {
    const auto file = this_executable();
    CHECK_FALSE(find_symbol(*file, "pycore_test_nowhere"));
    CHECK_FALSE(find_symbol(*file, ""));
    CHECK_FALSE(find_symbol(*file, "getenv"));  // undefined here: libc has it
}

TEST_CASE("exported symbols are found in a file whose section headers were stripped", "[elf]") {
    const auto original = this_executable();
    auto bytes = std::make_shared<std::vector<std::byte>>(original->bytes().begin(), original->bytes().end());
    Elf64_Ehdr header;
    std::memcpy(&header, bytes->data(), sizeof(header));
    header.e_shoff = 0;
    header.e_shnum = 0;
    header.e_shstrndx = 0;
    std::memcpy(bytes->data(), &header, sizeof(header));
    const auto stripped = ElfFile::from_bytes("stripped", *bytes, bytes);
    REQUIRE(stripped);
    REQUIRE((*stripped)->sections().empty());

    const auto symbol = find_symbol(**stripped, "pycore_test_exported");

    REQUIRE(symbol);
    CHECK(value_at(**stripped, *symbol) == 42);
    CHECK_FALSE(find_symbol(**stripped, "pycore_test_hidden"));
}
