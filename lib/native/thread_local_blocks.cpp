// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/thread_local_blocks.h"

#include <elf.h>

#include <algorithm>
#include <span>

// The thread control block: {self; dtv_t* dtv; …}. A dtv_t is a count (the first two: how many there are, at dtv[-1],
// and which generation they are of) or {void* block; void* to_free}; a block that nobody asked for yet is -1
// (glibc, sysdeps/x86_64/nptl/tls.h and sysdeps/generic/dl-dtv.h).

namespace pycore {
namespace {

constexpr std::uint64_t kEntry = 16;
constexpr std::uint64_t kMaxModules = 1024;
constexpr std::size_t kMaxBlock = 4096, kSmallBlock = 64;  // bytes
constexpr std::size_t kThreadBlock = 2048;                 // of struct pthread: up to 32 keys and their values

std::size_t largest_block(const ProcessSnapshot& process) {
    std::uint64_t largest = kSmallBlock;
    for (const Module& module : process.modules) {
        if (!module.file) continue;
        for (const ElfSegment& segment : module.file->segments()) {
            if (segment.type == PT_TLS) largest = std::max(largest, segment.memory_size);
        }
    }
    return std::min<std::uint64_t>(largest, kMaxBlock) / sizeof(std::uint64_t) * sizeof(std::uint64_t);
}

// Fewer where the memory ends.
std::vector<std::uint64_t> read_words(const MemoryImage& memory, Address begin, std::size_t bytes) {
    std::vector<std::uint64_t> words(bytes / sizeof(std::uint64_t));
    while (!words.empty() && !memory.read(begin, std::as_writable_bytes(std::span(words)))) {
        words.resize(words.size() / 2);
    }
    return words;
}

}  // namespace

ThreadLocalBlocks read_thread_local_blocks(const ProcessSnapshot& process, const Thread& thread) {
    const MemoryImage& memory = *process.memory;
    ThreadLocalBlocks blocks;
    const auto vector = read_address(memory, thread.registers.thread_pointer + 8);
    const auto count = vector ? read_value<std::uint64_t>(memory, *vector - kEntry) : vector.error();
    if (!count || *count > kMaxModules) return blocks;
    const std::size_t bytes = largest_block(process);
    blocks.own = read_words(memory, thread.registers.thread_pointer, kThreadBlock);
    blocks.complete = !blocks.own.empty();
    for (std::uint64_t i = 1; i <= *count; ++i) {
        const auto block = read_address(memory, *vector + i * kEntry);
        if (!block) {
            blocks.complete = false;
            break;
        }
        if (!*block || *block == Address{UINT64_MAX}) continue;
        blocks.words.push_back(read_words(memory, *block, bytes));
        blocks.complete &= !blocks.words.back().empty();
    }
    return blocks;
}

}  // namespace pycore
