// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/symbol_table.h"

#include <elf.h>
#include <lzma.h>

#include <algorithm>
#include <cstring>

#include "support/catch.h"

using namespace pycore;

// Assembly as libcs have it: a function without a size, a label without a type inside a function, and
// code that has no symbol at all.
asm(R"(
    .text
    .balign 16
    .type pycore_test_unsized, @function
pycore_test_unsized:
    nop
    nop
    ret
    .balign 16
    .type pycore_test_sized, @function
pycore_test_sized:
    nop
pycore_test_label:
    nop
    ret
    .size pycore_test_sized, . - pycore_test_sized
    .fill 1024, 1, 0x90
)");

extern "C" {
[[gnu::used, gnu::noinline]] int __pycore_test_aliased(int x) { return x * 3; }
[[gnu::weak, gnu::nothrow, gnu::alias("__pycore_test_aliased")]] int pycore_test_aliased(int x);
[[gnu::used]] int pycore_test_variable = 1;
}

namespace {

std::shared_ptr<const ElfFile> this_executable() {
    auto file = ElfFile::open("/proc/self/exe");
    REQUIRE(file);
    return *file;
}

std::string name_at(const SymbolTable& table, std::uint64_t link_address) {
    const auto symbol = table.find_function(link_address);
    return symbol ? std::string(symbol->name) : "none";
}

std::vector<std::byte> pack_xz(std::span<const std::byte> content) {
    std::vector<std::byte> packed(lzma_stream_buffer_bound(content.size()));
    std::size_t size = 0;
    REQUIRE(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(content.data()),
                                    content.size(), reinterpret_cast<std::uint8_t*>(packed.data()), &size,
                                    packed.size()) == LZMA_OK);
    packed.resize(size);
    return packed;
}

// A stripped file that has nothing but a .gnu_debugdata section.
std::shared_ptr<const ElfFile> file_with_mini_debug_info(std::span<const std::byte> section) {
    constexpr char kNames[] = "\0.shstrtab\0.gnu_debugdata";
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG "\2\1\1", 7);
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(header);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shoff = sizeof(header);
    header.e_shnum = 3;
    header.e_shstrndx = 1;
    Elf64_Shdr sections[3]{};
    sections[1].sh_name = 1;
    sections[1].sh_type = SHT_STRTAB;
    sections[1].sh_offset = sizeof(header) + sizeof(sections);
    sections[1].sh_size = sizeof(kNames);
    sections[2].sh_name = 11;
    sections[2].sh_type = SHT_PROGBITS;
    sections[2].sh_offset = sections[1].sh_offset + sizeof(kNames);
    sections[2].sh_size = section.size();
    auto bytes = std::make_shared<std::vector<std::byte>>();
    const auto append = [&](const void* from, std::size_t size) {
        const auto* begin = static_cast<const std::byte*>(from);
        bytes->insert(bytes->end(), begin, begin + size);
    };
    append(&header, sizeof(header));
    append(sections, sizeof(sections));
    append(kNames, sizeof(kNames));
    append(section.data(), section.size());
    auto file = ElfFile::from_bytes("stripped", *bytes, bytes);
    REQUIRE(file);
    return *file;
}

}  // namespace

TEST_CASE("the first and the last byte of a function have its name, the byte after it has not", "[elf]") {
    const auto file = this_executable();
    const SymbolTable table(file);
    const auto function = find_symbol(*file, "pycore_test_sized");
    REQUIRE(function);
    REQUIRE(function->size == 3);
    CHECK(name_at(table, function->link_address) == "pycore_test_sized");
    CHECK(name_at(table, function->link_address + 2) == "pycore_test_sized");
    CHECK(name_at(table, function->link_address + 3) == "none");
    CHECK(name_at(table, function->link_address + 1000) == "none");
}

TEST_CASE("a label inside a function does not take its name", "[elf]") {
    const auto file = this_executable();
    const SymbolTable table(file);
    const auto label = find_symbol(*file, "pycore_test_label");
    REQUIRE(label);
    CHECK(name_at(table, label->link_address) == "pycore_test_sized");
}

TEST_CASE("an assembly function without a size ends where the next function begins", "[elf]") {
    const auto file = this_executable();
    const SymbolTable table(file);
    const auto function = find_symbol(*file, "pycore_test_unsized");
    REQUIRE(function);
    REQUIRE(function->size == 0);
    CHECK(name_at(table, function->link_address + 2) == "pycore_test_unsized");
    CHECK(name_at(table, function->link_address + 16) == "pycore_test_sized");
}

TEST_CASE("of two names of a function the one without underscores is told", "[elf]") {
    const auto file = this_executable();
    const SymbolTable table(file);
    const auto function = find_symbol(*file, "__pycore_test_aliased");
    REQUIRE(function);
    CHECK(name_at(table, function->link_address) == "pycore_test_aliased");
}

TEST_CASE("a variable is no function", "[elf]") {
    const auto file = this_executable();
    const auto variable = find_symbol(*file, "pycore_test_variable");
    REQUIRE(variable);
    CHECK(name_at(SymbolTable(file), variable->link_address) == "none");
}

TEST_CASE("a stripped file's functions are named by its .gnu_debugdata", "[elf]") {
    const auto original = this_executable();
    const auto function = find_symbol(*original, "pycore_test_sized");
    REQUIRE(function);
    const auto stripped = file_with_mini_debug_info(pack_xz(original->bytes()));
    CHECK(name_at(SymbolTable(stripped), function->link_address) == "pycore_test_sized");
}

TEST_CASE("a .gnu_debugdata that is cut or no xz stream costs only its names", "[elf]") {
    auto packed = pack_xz(this_executable()->bytes());
    packed.resize(packed.size() / 2);
    CHECK(SymbolTable(file_with_mini_debug_info(packed)).size() == 0);
    std::fill(packed.begin(), packed.end(), std::byte{0x55});
    CHECK(SymbolTable(file_with_mini_debug_info(packed)).size() == 0);
}

TEST_CASE("a stripped file's functions are named by its debug file", "[elf]") {
    const auto original = this_executable();
    const auto function = find_symbol(*original, "pycore_test_sized");
    REQUIRE(function);
    const auto stripped = file_with_mini_debug_info({});
    CHECK(name_at(SymbolTable(stripped), function->link_address) == "none");
    CHECK(name_at(SymbolTable(stripped, original), function->link_address) == "pycore_test_sized");
}
