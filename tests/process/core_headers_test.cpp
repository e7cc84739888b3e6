// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_headers.h"

#include <elf.h>

#include <cstring>

#include "process/open_bytes.h"

using namespace pycore;
using namespace pycore::test;

namespace {

std::vector<std::byte> small_core() {
    return CoreBuilder()
        .add_thread({.tid = 7})
        .add_memory(0x10000, std::string(0x1000, 'a'))
        .add_memory(0x20000, std::string(0x1000, 'b'))
        .add_memory(0x30000, std::string(0x1000, 'c'))
        .build();
}

template <typename T>
std::vector<std::byte> with(std::vector<std::byte> core, std::size_t offset, T value) {
    std::memcpy(core.data() + offset, &value, sizeof(T));
    return core;
}

std::string refusal(std::span<const std::byte> bytes) {
    Diagnostics diagnostics;
    const auto headers = parse_core_headers(bytes, diagnostics);
    return headers ? "read" : headers.error().message;
}

}  // namespace

TEST_CASE("a file that is no core is refused by what it is", "[process]") {
    const auto core = small_core();
    const auto of_type = [&](std::uint16_t type) { return refusal(with(core, offsetof(Elf64_Ehdr, e_type), type)); };

    CHECK(refusal(core) == "read");
    CHECK(of_type(ET_EXEC).starts_with("a program, not a core file; "));
    CHECK(of_type(ET_DYN).starts_with("a program or a shared library, not a core file; "));
    CHECK(of_type(ET_REL).starts_with("an object file, not a core file; "));
    CHECK(of_type(77).starts_with("an ELF file of an unknown kind, not a core file; "));
}

TEST_CASE("a core of another machine is refused by its name", "[process]") {
    const auto core = small_core();
    const auto machine = [&](std::uint16_t number) { return with(core, offsetof(Elf64_Ehdr, e_machine), number); };

    CHECK(refusal(machine(EM_AARCH64)).starts_with("an ELF file for aarch64 (64 bits), not x86-64 of 64 bits; "));
    CHECK(refusal(machine(4711)).starts_with("an ELF file for machine 4711 (64 bits)"));
    CHECK(refusal(with(machine(EM_386), EI_CLASS, std::uint8_t{ELFCLASS32}))
              .starts_with("an ELF file for i386 (32 bits)"));
    CHECK(refusal(with(core, EI_CLASS, std::uint8_t{ELFCLASS32})).starts_with("an ELF file for x86-64 (32 bits)"));
    CHECK(refusal(with(machine(EM_S390 << 8), EI_DATA, std::uint8_t{ELFDATA2MSB}))
              .starts_with("an ELF file for s390 (64 bits, big-endian)"));
}

TEST_CASE("a core that ends inside its headers says how much of them is there", "[process]") {
    const auto core = small_core();
    const std::span bytes(core);

    CHECK(refusal(bytes.first(20)) == "the core is cut: 20 of the 64 bytes of an ELF header are there");
    CHECK(refusal(bytes.first(64 + 56 + 3)) ==
          "the core is cut inside or right behind its headers (123 bytes, 1 program headers); nothing of the process "
          "is in it");
}

TEST_CASE("a core of more than 65534 segments is read whole", "[process]") {
    CoreBuilder builder;
    builder.add_thread({.tid = 7});
    constexpr std::uint64_t kCount = 66'000;
    for (std::uint64_t i = 0; i < kCount; ++i) builder.add_memory(0x10000 + i * 0x2000, {}, 6, 0x1000);
    builder.add_memory(0x10000 + kCount * 0x2000, "last");
    const auto core = builder.build();

    Diagnostics diagnostics;
    const auto headers = parse_core_headers(core, diagnostics);
    REQUIRE(headers);
    CHECK(headers->segments.size() == kCount + 2);
    CHECK(diagnostics.entries().empty());
    CHECK(open_bytes(core).at(0x10000 + kCount * 0x2000) == 'l');

    // The count stands in the last bytes of the file.
    const auto cut = open_bytes(std::span(core).first(core.size() - sizeof(Elf64_Shdr)));
    REQUIRE(cut.process);
    CHECK(cut.tells("the count of program headers is lost (the file ends before it)"));
    CHECK(cut.at(0x10000 + (kCount - 1) * 0x2000) == '-');
}

TEST_CASE("a wrong count of program headers costs no memory", "[process]") {
    const auto core = small_core();
    for (const int count : {0, 1, 2, 5, 200, 65534}) {
        const auto opened = open_bytes(with(core, offsetof(Elf64_Ehdr, e_phnum), static_cast<std::uint16_t>(count)));
        INFO("count " << count);
        REQUIRE(opened.process);
        CHECK(opened->threads.size() == 1);
        CHECK(opened.at(0x10000) == 'a');
        CHECK(opened.at(0x30000) == 'c');
        CHECK(opened.tells("the count of program headers is lost"));
    }
}

TEST_CASE("a wrong place or size of the program headers is told and got over", "[process]") {
    const auto core = small_core();
    const std::uint64_t far = 1ULL << 60;
    for (const auto& damaged :
         {with(core, offsetof(Elf64_Ehdr, e_phoff), far), with(core, offsetof(Elf64_Ehdr, e_phoff), std::uint64_t{0}),
          with(core, offsetof(Elf64_Ehdr, e_phentsize), std::uint16_t{57})}) {
        const auto opened = open_bytes(damaged);
        REQUIRE(opened.process);
        CHECK(opened.tells("the ELF header of the core is damaged"));
        CHECK(opened.at(0x30000) == 'c');
    }
}

TEST_CASE("a core without program headers holds nothing", "[process]") {
    const auto core = CoreBuilder().build();
    CHECK(refusal(std::span(core).first(64)).find("nothing of the process is in it") != std::string::npos);
}
