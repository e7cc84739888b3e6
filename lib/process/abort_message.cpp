// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/abort_message.h"

#include <algorithm>

#include "elf/elf_symbol.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxMessage = 1024;  // bytes

bool is_c_library(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return name.starts_with("libc.so") || name.starts_with("libc-");
}

// struct abort_msg_s { unsigned int size; char msg[]; } (include/stdlib.h)
std::optional<std::string> read_message(const MemoryImage& memory, Address variable) {
    const auto message = read_address(memory, variable);
    if (!message || !*message) return std::nullopt;
    auto text = read_c_string(memory, *message + sizeof(std::uint32_t), kMaxMessage);
    if (!text) return std::nullopt;
    while (text->ends_with('\n')) text->pop_back();
    return text->empty() ? std::nullopt : std::optional(*std::move(text));
}

}  // namespace

std::optional<std::string> read_abort_message(const ProcessSnapshot& process) {
    for (const Module& module : process.modules) {
        if (!module.file || !is_c_library(module.path)) continue;
        const auto symbol = find_symbol(*module.file, "__abort_msg");
        if (!symbol) continue;
        if (auto message = read_message(*process.memory, module.address_of(symbol->link_address))) return message;
    }
    return std::nullopt;
}

}  // namespace pycore
