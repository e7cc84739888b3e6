// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/call_arguments.h"

#include <initializer_list>
#include <memory>
#include <vector>

#include "memory/buffer_memory.h"
#include "support/catch.h"
#include "support/elf_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

constexpr std::uint64_t kBias = 0x7000'0000;
constexpr Address kCode{kBias + ElfBuilder::kText};
constexpr std::uint64_t kAt = 0x100;  // of the code under test, into .text

// A process with one module, whose code is `bytes` at kAt and something that is no jump elsewhere.
struct Process {
    explicit Process(std::initializer_list<int> bytes) : content(ElfBuilder().build()) {
        put(kAt, bytes);
        end = kCode + kAt + bytes.size();
        snapshot.memory = memory;
    }
    void put(std::uint64_t at, std::initializer_list<int> bytes) {
        for (const int value : bytes) content[ElfBuilder::kText + at++] = static_cast<std::byte>(value);
    }
    void load() {
        Module module;
        module.range = {{kBias}, {kBias + ElfBuilder::kSize}};
        module.load_bias = kBias;
        module.file = *ElfFile::from_bytes("lib.so", content, nullptr);
        snapshot.modules = {module};
    }
    CallArguments arguments() {
        load();
        return read_call_arguments(snapshot, end);
    }
    std::optional<Address> target() {
        load();
        return read_call_target(snapshot, end);
    }

    std::vector<std::byte> content;
    std::shared_ptr<BufferMemory> memory = std::make_shared<BufferMemory>();
    ProcessSnapshot snapshot;
    Address end;  // of the code: where the call returns to
};

// lea rsi, [rip + 0x200]; lea rdi, [rip + 0x300]; call +0x400
const std::initializer_list<int> kUsual = {0x48, 0x8d, 0x35, 0, 2,    0, 0, 0x48, 0x8d, 0x3d,
                                           0,    3,    0,    0, 0xe8, 0, 4, 0,    0};

}  // namespace

TEST_CASE("constants that the instructions before a call load are its arguments", "[native]") {
    Process usual(kUsual);
    CHECK(usual.target() == kCode + kAt + 19 + 0x400);
    CHECK(usual.arguments().second == kCode + kAt + 7 + 0x200);
    CHECK(usual.arguments().first == kCode + kAt + 14 + 0x300);

    // mov esi, 0x740088; mov edi, 0x7da200; xor eax, eax; call
    Process fixed({0xbe, 0x88, 0, 0x74, 0, 0xbf, 0, 0xa2, 0x7d, 0, 0x31, 0xc0, 0xe8, 0, 4, 0, 0});
    CHECK(fixed.arguments().second == Address{0x740088});
    CHECK(fixed.arguments().first == Address{0x7da200});

    // lea rax, [rip + 0x200]; mov rsi, rax; mov rdi, rbx; sub rsp, 8; call
    Process copied(
        {0x48, 0x8d, 0x05, 0, 2, 0, 0, 0x48, 0x89, 0xc6, 0x48, 0x89, 0xdf, 0x48, 0x83, 0xec, 8, 0xe8, 0, 4, 0, 0});
    CHECK(copied.arguments().second == kCode + kAt + 7 + 0x200);
    CHECK(!copied.arguments().first);
}

TEST_CASE("an argument that a jump to behind its load may have set is not told", "[native]") {
    const auto with_jump = [](std::uint64_t at, std::initializer_list<int> jump) {
        Process process(kUsual);
        process.put(at, jump);
        return process.arguments();
    };
    // jmp to the second load: the first one is not for sure.
    const auto near = with_jump(kAt + 0x20, {0xeb, 0xe5});
    CHECK(!near.second);
    CHECK(near.first);
    // jne, far, to the call: neither is.
    const auto far = with_jump(0x1000, {0x0f, 0x85, 0x08, 0xf1, 0xff, 0xff});
    CHECK(!far.second);
    CHECK(!far.first);
    // What would jump into the middle of an instruction is none.
    CHECK(with_jump(kAt + 0x20, {0xeb, 0xe6}).second);
}

TEST_CASE("where no direct call ends nothing is told", "[native]") {
    CHECK(!Process({0xff, 0xd0}).target());
    Process no_code(kUsual);
    no_code.end = kCode;
    CHECK(!no_code.target());
    no_code.end = {kBias + ElfBuilder::kData};
    CHECK(!no_code.target());
    no_code.end = {8};
    CHECK(!no_code.target());
    Process first({0xe8, 0, 4, 0, 0});
    first.content[ElfBuilder::kText] = std::byte{0xe8};
    first.end = kCode + 5;
    CHECK(!first.arguments().first);
}

TEST_CASE("a call through the linker's stub is one of what the stub leads to", "[native]") {
    Process process(kUsual);
    const Address stub = kCode + kAt + 19 + 0x400, slot = stub + 11 + 0x10;
    // endbr64; bnd jmp [rip + 0x10]
    for (std::uint64_t at = 0;
         const int value : {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0x10, 0, 0, 0, 0, 0, 0, 0, 0}) {
        process.memory->write_value(stub + at++, static_cast<std::uint8_t>(value));
    }
    process.memory->write_value(slot, std::uint64_t{0x1234'5678});
    CHECK(process.target() == Address{0x1234'5678});
}
