// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/open_whole.h"

#include <array>

#include "fuzz/memory_file.h"
#include "process/core_process.h"

namespace pycore::fuzz {
namespace {

void read_around(const MemoryImage& memory, Address address) {
    std::array<std::byte, 64> bytes;
    static_cast<void>(memory.read(address - 32, bytes));
    std::size_t sum = 0;
    for (const std::byte byte : memory.view(address, 4096)) sum += std::to_integer<std::size_t>(byte);
    static_cast<void>(sum);
}

}  // namespace

void open_whole(Bytes core) {
    const MemoryFile file(core);
    Diagnostics diagnostics;
    const auto process = open_core(plain_core(file.map()), {}, diagnostics);
    if (!process) return;
    for (const MemoryRegion& region : process->memory->regions()) {
        read_around(*process->memory, region.range.begin);
        read_around(*process->memory, region.range.begin + region.present_bytes);
        read_around(*process->memory, region.range.end);
    }
    for (const Module& module : process->modules) {
        process->find_module(module.range.begin);
        read_around(*process->memory, module.range.begin);
    }
    for (const Thread& thread : process->threads) process->find_thread(thread.tid);
}

}  // namespace pycore::fuzz
