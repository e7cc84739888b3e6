// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// u8 type, u16 its type_info, u16 the object, u8 n, then n pointers (u16 where, u16 whither); the rest is memory. The
// object says what it says, and what() is followed from where the first pointer leads.
#include "native/exception_text.h"

#include <array>
#include <string>

#include "fuzz/choices.h"
#include "memory/buffer_memory.h"
#include "native/cxx_type.h"
#include "native/getter.h"

namespace pycore::fuzz {
namespace {

constexpr Address kBegin{0x10000};
constexpr std::size_t kSize = 4096;
constexpr std::array kTypes = {
    "i", "x", "PKc", "Ss", "St13runtime_error", "N3app5ErrorE", "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"};

}  // namespace

void fuzz_exception(Bytes input) {
    Choices choices(input);
    const std::string type = kTypes[choices.number<std::uint8_t>() % kTypes.size()];
    const Address type_info = kBegin + choices.below(kSize);
    const Address object = kBegin + choices.below(kSize);
    std::array<std::pair<std::size_t, std::size_t>, 16> pointers{};
    const std::size_t count = choices.number<std::uint8_t>() % pointers.size();
    for (std::size_t i = 0; i < count; ++i) {
        pointers[i].first = choices.below(kSize);
        pointers[i].second = choices.below(kSize);
    }
    BufferMemory memory;
    memory.write(kBegin, choices.bytes(kSize));
    for (std::size_t i = 0; i < count; ++i) {
        memory.write_value(kBegin + pointers[i].first, (kBegin + pointers[i].second).value);
    }
    static_cast<void>(read_exception_text(memory, object, type_info, type));
    static_cast<void>(find_base(memory, object, type_info, "St9exception"));
    static_cast<void>(follow_getter(memory, kBegin + pointers[0].second, object));
    if (const auto name = read_type_name(memory, type_info)) static_cast<void>(demangle_type(*name));
}

}  // namespace pycore::fuzz
