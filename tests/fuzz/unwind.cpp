// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// A stack, and the call-frame information that it is walked by. u16 pc in the module, u16 words of the
// stack; the words; the module's ELF file. Stack words with their top bits clear are taken for places in
// the module or on the stack.
#include "fuzz/choices.h"
#include "fuzz/elf_input.h"
#include "memory/buffer_memory.h"
#include "native/symbolizer.h"
#include "native/unwinder.h"

namespace pycore::fuzz {
namespace {

constexpr std::uint64_t kBase = 0x7f0000000000;
constexpr std::uint64_t kStack = 0x7ffd00000000;
constexpr std::size_t kMaxWords = 512;

std::uint64_t placed(std::uint16_t word) {
    if (word < 0x6000) return kBase + word;                         // code and data of the module
    if (word < 0xa000) return kStack + (word - 0x6000U) % 0x1000U;  // up and down the stack
    return word;
}

// A module that is mapped as it lies in its file.
Module module_of(const std::shared_ptr<const ElfFile>& file, std::size_t size, BufferMemory& memory) {
    memory.write({kBase}, file->bytes());
    Module module;
    module.path = "/fuzz/file.so";
    module.range = {{kBase}, {kBase + std::max<std::size_t>(size, 0x4000)}};
    module.load_bias = kBase;
    module.match = ModuleMatch::Unverified;
    module.file = file;
    return module;
}

}  // namespace

void fuzz_unwind(Bytes input) {
    Choices choices(input);
    const auto pc = choices.number<std::uint16_t>();
    const std::size_t words = choices.number<std::uint16_t>() % kMaxWords;
    const auto memory = std::make_shared<BufferMemory>();
    Thread thread;
    for (std::size_t i = 0; i < words; ++i) {
        const std::uint64_t word = placed(choices.number<std::uint16_t>());
        memory->write_value({kStack + i * 8}, word);
        if (i < kRegisterCount) thread.registers.general[i] = word;
    }
    thread.registers.general[kRip] = kBase + pc;
    thread.registers.general[kRsp] = kStack;
    const auto file = open_elf(choices.rest());
    if (!file) return;
    ProcessSnapshot process;
    process.modules.push_back(module_of(file, file->bytes().size(), *memory));
    process.threads.push_back(thread);
    process.memory = memory;
    const Address anchors[] = {{kStack + 0x80}, {kStack + 0x100}};
    Unwinder unwinder(process);
    NativeStack stack = unwinder.unwind(thread, anchors);
    Diagnostics diagnostics;
    Symbolizer(process, {false, {}}, diagnostics).symbolize(stack);
}

}  // namespace pycore::fuzz
