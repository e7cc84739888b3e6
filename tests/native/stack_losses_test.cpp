// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/stack_losses.h"

#include "elf/elf_file.h"
#include "memory/buffer_memory.h"
#include "support/catch.h"

using namespace pycore;

namespace {

constexpr Address kLibrary{0x7f0000000000};
constexpr Address kData{0x7f1000000000};
constexpr Address kJitted{0x7f2000000000};
constexpr Address kNowhere{0x7f3000000000};

ProcessSnapshot make_process(bool with_file) {
    auto memory = std::make_shared<BufferMemory>();
    for (const Address address : {kLibrary, kData, kJitted}) memory->write_value(address, std::uint64_t{0});
    ProcessSnapshot process;
    process.memory = memory;
    process.file_mappings = {{{kLibrary, kLibrary + 8}, {}, "/lib/known.so"}, {{kData, kData + 8}, {}, "/lib/torn.so"}};
    Module module;
    module.path = "/lib/known.so";
    module.range = {kLibrary, kLibrary + 8};
    if (with_file) module.file = *ElfFile::open(PYCORE_VICTIM);
    process.modules.push_back(std::move(module));
    return process;
}

// The warnings for a stack of `depth` frames whose oldest is at `pc`.
std::vector<Diagnostic> warnings(const ProcessSnapshot& process, Address pc, UnwindEnd end, int depth = 2) {
    NativeStack stack;
    for (int i = 1; i < depth; ++i) stack.frames.emplace_back().pc = kLibrary + static_cast<unsigned>(i);
    stack.frames.emplace_back().pc = pc;
    stack.end = end;
    Diagnostics notes;
    StackLosses losses(process);
    losses.add(stack, 1, notes);
    Diagnostics diagnostics;
    losses.tell(diagnostics);
    return diagnostics.entries();
}

}  // namespace

TEST_CASE("a C stack that is cut for want of a file names it", "[native]") {
    const auto told = warnings(make_process(false), kLibrary + 4, UnwindEnd::NoCfi);
    REQUIRE(told.size() == 1);
    CHECK(told[0].message.find("/lib/known.so") != std::string::npos);
    CHECK(told[0].message.find("--sysroot") != std::string::npos);
}

TEST_CASE("a C stack that is cut in a damaged library is told", "[native]") {
    const auto told = warnings(make_process(true), kLibrary + 4, UnwindEnd::NoCfi);
    REQUIRE(told.size() == 1);
    CHECK(told[0].message.find("/lib/known.so") != std::string::npos);
}

TEST_CASE("a C stack that leads to a library of which the core holds too little is told", "[native]") {
    CHECK(warnings(make_process(true), kData + 4, UnwindEnd::NoCfi).size() == 1);
    CHECK(warnings(make_process(true), kNowhere, UnwindEnd::NoCfi).size() == 1);
}

TEST_CASE("a C stack whose memory is not in the core is told", "[native]") {
    CHECK(warnings(make_process(true), kLibrary + 4, UnwindEnd::NoMemory).size() == 1);
}

TEST_CASE("a C stack that is all there is to know is no loss", "[native]") {
    const ProcessSnapshot process = make_process(true);
    CHECK(warnings(process, kLibrary + 4, UnwindEnd::Complete).empty());
    CHECK(warnings(process, kJitted + 4, UnwindEnd::NoCfi).empty());
    CHECK(warnings(process, kNowhere, UnwindEnd::NoCfi, 1).empty());  // jumped there
}
