// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/initial_stack.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxVectorSize = 2048;      // bytes from the vector's begin to AT_RANDOM; 400 are usual
constexpr std::uint64_t kMaxPointers = 1 << 20;     // arguments or variables; one takes 8 bytes and a NUL
constexpr std::size_t kMaxArgumentBytes = 8 << 20;  // in all; Linux allows 6 MiB

// Where the vector begins: its first entry, as the notes have it, below AT_RANDOM.
std::optional<Address> find_vector(const MemoryImage& memory, const AuxiliaryVector& auxiliary) {
    if (!auxiliary.random || !auxiliary.first) return std::nullopt;
    const Address top{auxiliary.random->value & ~std::uint64_t{7}};
    for (std::uint64_t distance = 16; distance <= kMaxVectorSize && distance <= top.value; distance += 8) {
        const auto entry = read_value<AuxiliaryVector::Entry>(memory, top - distance);
        if (!entry) return std::nullopt;
        if (*entry == *auxiliary.first) return top - distance;
    }
    return std::nullopt;
}

// Walks down over words that are not zero: the address of the first of them, right behind a zero.
std::optional<Address> begin_of_pointers(const MemoryImage& memory, Address end) {
    for (std::uint64_t count = 0; count < kMaxPointers; ++count) {
        const auto word = read_address(memory, end - 8 * (count + 1));
        if (!word) return std::nullopt;
        if (!*word) return end - 8 * count;
    }
    return std::nullopt;
}

// argc: the word below argv says how many pointers lie above it.
std::optional<std::uint64_t> count_arguments(const MemoryImage& memory, Address end) {
    for (std::uint64_t count = 0; count < kMaxPointers; ++count) {
        const auto word = read_value<std::uint64_t>(memory, end - 8 * (count + 1));
        if (!word) return std::nullopt;
        if (*word == count) return count;
    }
    return std::nullopt;
}

bool is_zero(const MemoryImage& memory, Address address) {
    const auto word = read_address(memory, address);
    return word && !*word;
}

}  // namespace

std::optional<std::vector<std::string>> read_command_line(const MemoryImage& memory, const AuxiliaryVector& auxiliary) {
    const auto vector = find_vector(memory, auxiliary);
    if (!vector || !is_zero(memory, *vector - 8)) return std::nullopt;
    const auto environment = begin_of_pointers(memory, *vector - 8);
    if (!environment) return std::nullopt;
    const Address arguments_end = *environment - 8;  // the zero that ends argv
    const auto count = count_arguments(memory, arguments_end);
    if (!count) return std::nullopt;
    std::vector<std::string> arguments;
    std::size_t size = 0;
    for (Address slot = arguments_end - 8 * *count; slot < arguments_end; slot = slot + 8) {
        const auto text = read_address(memory, slot);
        auto argument = text ? read_c_string(memory, *text, kMaxArgumentBytes) : text.error();
        if (!argument) return std::nullopt;
        size += argument->size() + 1;
        if (size > kMaxArgumentBytes) return std::nullopt;
        arguments.push_back(*std::move(argument));
    }
    if (arguments.empty()) return std::nullopt;
    return arguments;
}

Environment read_job_environment(const MemoryImage& memory, const AuxiliaryVector& auxiliary) {
    Environment environment;
    const auto vector = find_vector(memory, auxiliary);
    if (!vector || !is_zero(memory, *vector - 8)) return environment;
    const auto begin = begin_of_pointers(memory, *vector - 8);
    std::size_t size = 0;
    for (Address slot = begin.value_or(*vector); slot < *vector - 8; slot = slot + 8) {
        const auto text = read_address(memory, slot);
        if (!text) break;
        const auto variable = read_c_string(memory, *text, kMaxArgumentBytes);
        if (!variable) continue;  // the program may have written over it
        size += variable->size() + 1;
        if (size > kMaxArgumentBytes) break;
        add_job_variable(*variable, environment);
    }
    return environment;
}

}  // namespace pycore
