// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_memory.h"

#include <elf.h>
#include <cstring>

#include "process/open_bytes.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

constexpr std::uint64_t kStack = 0x7f0000000000;
constexpr std::uint64_t kStackSize = 0x4000;

// A thread whose stack has `text` at sp and `self` where its thread pointer points.
CoreBuilder core_with_stack(Style style, std::string_view text, std::uint64_t self) {
    std::string stack(kStackSize, '\0');
    const std::uint64_t tls = kStackSize - 0x100;
    stack.replace(0x1000, text.size(), text);
    stack.replace(tls, 8, std::string(reinterpret_cast<const char*>(&self), 8));
    CoreBuilder core(style);
    core.add_memory(0x10000, "main").add_memory(kStack, stack);
    core.add_thread({.tid = 1, .sp = 0x10000});
    core.add_thread({.tid = 2, .sp = kStack + 0x1000, .fs_base = kStack + tls});
    core.add_thread({.tid = 3, .sp = kStack + 0xff0, .fs_base = kStack + tls});
    return core;
}

}  // namespace

TEST_CASE("memory behind the end of a cut core is absent, never zero", "[process]") {
    CoreBuilder builder;
    builder.add_thread({.tid = 1});
    builder.add_memory(0x10000, std::string(0x1000, 'a')).add_memory(0x20000, std::string(0x1000, 'b'));
    builder.add_memory(0x30000, std::string(0x1000, 'c'));
    const auto core = builder.build();
    const auto opened = open_bytes(std::span(core).first(core.size() - 0x1800));

    REQUIRE(opened.process);
    CHECK(opened.at(0x10000) == 'a');
    CHECK(opened.at(0x207ff) == 'b');
    CHECK(opened.at(0x20800) == '-');
    CHECK(opened.at(0x30000) == '-');
    CHECK(opened.at(0x31000) == '.');
    CHECK(opened->mapped_bytes == 0x3000);
    CHECK(opened->present_bytes == 0x1800);
    CHECK(opened.tells("the core is cut: " + std::to_string(core.size() - 0x1800) + " of " +
                       std::to_string(core.size()) + " bytes are there"));
}

TEST_CASE("what was left out when the core was written is absent and no loss to tell of", "[process]") {
    CoreBuilder builder;
    builder.add_thread({.tid = 1}).add_memory(0x10000, std::vector<std::byte>(0x1000, std::byte{'a'}), PF_R, 0x3000);
    builder.add_file_mapping({{0x10000}, {0x13000}}, 0, "/data/a");
    const auto opened = open_built(builder);

    CHECK(opened.at(0x10fff) == 'a');
    CHECK(opened.at(0x11000) == '-');
    CHECK_FALSE(opened.tells("cut"));
    CHECK_FALSE(opened.diagnostics.has_losses());
}

TEST_CASE("segments with absurd sizes and addresses neither wrap around nor crash", "[process]") {
    CoreBuilder builder;
    builder.add_thread({.tid = 1});
    builder.add_memory(0x10000, std::vector<std::byte>(0x1000, std::byte{'a'}), PF_R, ~std::uint64_t{0});
    builder.add_memory(0x20000, std::vector<std::byte>(0x1000, std::byte{'b'}), PF_R, 0x10);
    builder.add_memory(~std::uint64_t{0} - 0xfff, std::string(0x1000, 'c'));
    const auto opened = open_built(builder);

    REQUIRE(opened.process);
    CHECK(opened.at(0x10000) == 'a');
    CHECK(opened.at(0x20000) == 'b');
    CHECK(opened.at(0x20010) == '-');  // the first one's
    CHECK(opened.at(0) == '.');
    CHECK(opened->mapped_bytes == ~std::uint64_t{0} - 0x10000);
    CHECK(opened->present_bytes < 0x4000);
}

TEST_CASE("a segment whose bytes lie behind any file is absent", "[process]") {
    auto core = CoreBuilder().add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a')).build();
    const std::uint64_t offset = ~std::uint64_t{0} - 8;
    std::memcpy(core.data() + 64 + 56 + offsetof(Elf64_Phdr, p_offset), &offset, sizeof(offset));
    const auto opened = open_bytes(core);

    REQUIRE(opened.process);
    CHECK(opened.at(0x10000) == '-');
    CHECK(opened.diagnostics.has_losses());
}

TEST_CASE("stacks that gdb wrote as zeros are told and count as absent", "[process]") {
    const auto opened = open_built(core_with_stack(Style::Gdb, "", 0));

    CHECK(opened.tells("the stacks of 2 threads are zeros in the core (tid 2, 3)"));
    CHECK(opened.at(kStack + 0x1000) == '-');
    CHECK(opened.at(0x10000) == 'm');
}

TEST_CASE("a stack with anything on it is not a zeroed one", "[process]") {
    CHECK_FALSE(open_built(core_with_stack(Style::Gdb, "frame", 0)).tells("zeros"));
    CHECK_FALSE(open_built(core_with_stack(Style::Gdb, "", kStack + kStackSize - 0x100)).tells("zeros"));
}

TEST_CASE("mappings that gdb does not dump are absent, not unmapped, and count as mapped", "[process]") {
    CoreBuilder core(Style::Gdb);
    core.add_thread({.tid = 1}).add_memory(0x10000, std::string(0x1000, 'a'));
    core.add_file_mapping({{0x20000}, {0x22000}}, 0, "/data/a");
    const auto opened = open_built(core);

    CHECK(opened.at(0x20000) == '-');
    CHECK(opened->mapped_bytes == 0x3000);
    CHECK(opened->present_bytes == 0x1000);
}
