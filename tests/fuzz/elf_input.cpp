// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/elf_input.h"

#include <algorithm>

#include "elf/elf_symbol.h"

namespace pycore::fuzz {
namespace {

constexpr std::size_t kMaxAddresses = 200;

}  // namespace

std::shared_ptr<const ElfFile> open_elf(Bytes bytes) {
    const auto owner = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    auto file = ElfFile::from_bytes("/fuzz/file.so", *owner, owner);
    return file ? *std::move(file) : nullptr;
}

std::vector<std::uint64_t> addresses_of(const ElfFile& file) {
    std::vector<std::uint64_t> addresses;
    const auto add = [&](std::uint64_t address) {
        for (const std::uint64_t near : {address, address + 1, address + 7}) {
            if (addresses.size() < kMaxAddresses) addresses.push_back(near);
        }
    };
    for (const ElfSymbols& symbols : {ElfSymbols::full(file), ElfSymbols::dynamic(file)}) {
        for (std::size_t i = 0; i < std::min<std::size_t>(symbols.size(), kMaxAddresses); ++i) {
            if (const auto symbol = symbols.at(i)) add(symbol->link_address);
        }
    }
    for (const ElfSegment& segment : file.segments()) add(segment.link_address);
    for (std::uint64_t i = 0; i < 16; ++i) add(0x1000 + i * 16);  // the code of a small shared object
    return addresses;
}

}  // namespace pycore::fuzz
