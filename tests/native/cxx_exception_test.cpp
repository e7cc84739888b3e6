// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/cxx_exception.h"

#include <initializer_list>
#include <memory>
#include <string>

#include "memory/buffer_memory.h"
#include "native/cxx_type.h"
#include "native/exception_text.h"
#include "native/getter.h"
#include "support/catch.h"

using namespace pycore;

namespace {

constexpr Address kThread{0x7000'0000}, kVector{0x7000'1000}, kBlock{0x7000'2000}, kHeader{0x7100'0000};
constexpr Address kObject{kHeader.value + 0x70};
constexpr Address kMetaClass{0x7200'0000}, kMetaSingle{0x7200'0100}, kMetaList{0x7200'0200};
constexpr Address kException{0x7300'0000}, kRuntimeError{0x7300'0100}, kBroken{0x7300'0200};
constexpr Address kTable{0x7400'0000}, kWhat{0x7500'0000}, kText{0x7600'0000};
constexpr std::uint64_t kGcc = 0x474e5543432b2b00;

// A thread that handles a shop::Broken, which is a std::runtime_error, which is a std::exception.
struct World {
    World() {
        kind(kMetaClass, "N10__cxxabiv117__class_type_infoE");
        kind(kMetaSingle, "N10__cxxabiv120__si_class_type_infoE");
        kind(kMetaList, "N10__cxxabiv121__vmi_class_type_infoE");
        type(kException, kMetaClass, "St9exception");
        type(kRuntimeError, kMetaSingle, "St13runtime_error", {kException.value});
        type(kBroken, kMetaSingle, "N4shop6BrokenE", {kRuntimeError.value});
        for (std::uint64_t i = 0; i < 2048; i += 8) memory->write_value(kThread + i, std::uint64_t{0});
        memory->write_value(kThread + 8, kVector.value);
        memory->write_value(kVector - 16, std::uint64_t{2});
        memory->write_value(kVector + 16, UINT64_MAX);  // nobody asked for it yet
        memory->write_value(kVector + 32, kBlock.value);
        for (std::uint64_t i = 0; i < 64; i += 8) memory->write_value(kBlock + i, std::uint64_t{0});
        memory->write_value(kBlock + 16, kHeader.value);
        words(kHeader - 0x10, {1, 0, kBroken.value, 0, 0, 0, 0, 1, 0, 0, 0, 0, kGcc, 0, 0, 0});
        words(kObject, {kTable.value, kText.value});
        words(kTable, {0, 0, kWhat.value});
        code({0x48, 0x8b, 0x47, 0x08, 0xc3});  // mov rax, [rdi + 8]; ret
        text(kText, "shop 3 is broken");
        thread.registers.thread_pointer = kThread;
        process.memory = memory;
    }

    void words(Address at, std::initializer_list<std::uint64_t> values) {
        for (const std::uint64_t value : values) {
            memory->write_value(at, value);
            at = at + 8;
        }
    }
    void text(Address at, const std::string& value) {
        memory->write(at, std::as_bytes(std::span(value.c_str(), value.size() + 1)));
    }
    // A class of type_info: its virtual table lies 0x40 behind it, its own type_info before that.
    void kind(Address at, const std::string& name) {
        words(at, {0, at.value + 0x80});
        text(at + 0x80, name);
        words(at + 0x38, {at.value, 0});
    }
    void type(Address at, Address meta, const std::string& name, std::initializer_list<std::uint64_t> more = {}) {
        words(at, {meta.value + 0x40, at.value + 0x80});
        words(at + 16, more);
        text(at + 0x80, name);
    }
    void code(std::initializer_list<int> bytes) {
        Address at = kWhat;
        for (const int value : bytes) {
            memory->write_value(at, static_cast<std::uint8_t>(value));
            at = at + 1;
        }
    }
    ExceptionState read(bool with_text = true) const { return read_cxx_exception(process, thread, with_text); }

    std::shared_ptr<BufferMemory> memory = std::make_shared<BufferMemory>();
    ProcessSnapshot process;
    Thread thread;
};

}  // namespace

TEST_CASE("the exception that a thread handles is told with its type and its text", "[native]") {
    const World world;
    const auto state = world.read();
    REQUIRE(state.thrown);
    CHECK(state.thrown->type == "shop::Broken");
    CHECK(state.thrown->text == "shop 3 is broken");
}

TEST_CASE("the text of an exception is left out where it is not wanted", "[native]") {
    const auto state = World().read(false);
    REQUIRE(state.thrown);
    CHECK(state.thrown->type == "shop::Broken");
    CHECK(!state.thrown->text);
}

TEST_CASE("a thread without an exception is told from one that cannot be looked at", "[native]") {
    World none;
    none.memory->write_value(kBlock + 16, std::uint64_t{0});
    CHECK(none.read().known);
    CHECK(!none.read().thrown);

    World no_vector;
    no_vector.memory->write_value(kThread + 8, std::uint64_t{0x1234});
    CHECK(!no_vector.read().known);
    World many;
    many.memory->write_value(kVector - 16, UINT64_MAX);
    CHECK(!many.read().known);
    World no_block;
    no_block.memory->erase({kBlock, kBlock + 4096});
    CHECK(!no_block.read().known);
}

TEST_CASE("an exception that is over, or is none, is not told", "[native]") {
    const auto not_told = [](Address at, std::uint64_t value) {
        World world;
        world.memory->write_value(at, value);
        return !world.read().thrown;
    };
    CHECK(not_told(kHeader - 0x10, 0x7f12'3456'789a));    // freed: malloc's list begins here
    CHECK(not_told(kHeader + 0x28, 0));                   // nobody handles it
    CHECK(not_told(kHeader + 0x50, 0x4d4f5a0052555354));  // of Rust
    CHECK(not_told(kHeader, 0x10));                       // no type_info
    CHECK(not_told(kBlock + 24, UINT64_MAX));             // no count of uncaught ones
    CHECK(not_told(kBroken, kException.value));           // a type_info of no class of type_info
    CHECK(not_told(kBlock + 16, UINT64_MAX - 7));         // at the end of the address space
}

TEST_CASE("of two exceptions that two runtimes handle none is told", "[native]") {
    World world;
    constexpr std::uint64_t kFar = 0x1000;
    world.words(kHeader + kFar - 0x10, {1, 0, kBroken.value, 0, 0, 0, 0, 1, 0, 0, 0, 0, kGcc, 0, 0, 0});
    world.memory->write_value(kBlock + 32, kHeader.value + kFar);
    CHECK(!world.read().thrown);
    CHECK(!world.read().known);
}

TEST_CASE("an exception of LLVM's runtime, which keeps it behind a pointer of the thread, is told", "[native]") {
    World world;
    constexpr std::uint64_t kLlvm = 0x434c4e47432b2b00;
    constexpr Address kGlobals{0x7100'4000};
    world.words(kHeader - 0x10, {0, 1, kBroken.value, 0, 0, 0, 0, 1, 0, 0, 0, 0, kLlvm, 0, 0, 0});
    world.words(kGlobals, {kHeader.value - 0x10, 0});
    world.memory->write_value(kBlock + 16, std::uint64_t{0});
    world.memory->write_value(kThread + 0x318, kGlobals.value);
    const auto state = world.read();
    REQUIRE(state.thrown);
    CHECK(state.thrown->type == "shop::Broken");
    CHECK(state.thrown->text == "shop 3 is broken");
}

TEST_CASE("an exception that was thrown on is the one that it is about", "[native]") {
    World world;
    constexpr Address kDependent{0x7100'8000};
    world.words(kDependent, {kObject.value, 0, 0, 0, 0, 1, 0, 0, 0, 0, kGcc | 1, 0, 0, 0});
    world.memory->write_value(kBlock + 16, kDependent.value);
    const auto state = world.read();
    REQUIRE(state.thrown);
    CHECK(state.thrown->text == "shop 3 is broken");
}

TEST_CASE("bases are found in lists and behind virtual tables, and a circle of them ends", "[native]") {
    World world;
    constexpr Address kMany{0x7300'0300}, kVirtual{0x7300'0400};
    const std::uint64_t two_bases = std::uint64_t{2} << 32;
    // {flags and count, {other base, at 0}, {std::runtime_error, at 16, public}}
    world.type(kMany, kMetaList, "4Many", {two_bases, kMany.value, 2, kRuntimeError.value, 16 << 8 | 2});
    CHECK(find_base(*world.memory, kObject, kMany, "St9exception") == kObject + 16);
    CHECK(!find_base(*world.memory, kObject, kMany, "St8bad_cast"));
    // Its place stands at -24 of the virtual table.
    const std::uint64_t behind = -std::uint64_t{24 * 256} | 3;
    world.type(kVirtual, kMetaList, "7Virtual", {std::uint64_t{1} << 32, kException.value, behind});
    world.memory->write_value(kTable - 24, std::uint64_t{40});
    CHECK(find_base(*world.memory, kObject, kVirtual, "St9exception") == kObject + 40);
    // As many bases as no class has.
    world.memory->write_value(kVirtual + 20, UINT32_MAX);
    CHECK(!find_base(*world.memory, kObject, kVirtual, "St9exception"));
}

TEST_CASE("what() is followed as compilers write it, and not where it does more", "[native]") {
    World world;
    const auto returned = [&](std::initializer_list<int> bytes) {
        world.code(bytes);
        return follow_getter(*world.memory, kWhat, kObject);
    };
    CHECK(returned({0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x8b, 0x47, 0x08, 0xc3}) == kText);  // endbr64; mov rax,[rdi+8]; ret
    CHECK(returned({0x48, 0x8d, 0x05, 0x10, 0, 0, 0, 0xc3}) == kWhat + 0x17);          // lea rax,[rip+16]; ret
    CHECK(returned({0xb8, 0, 0, 0x60, 0x76, 0xc3}) == Address{0x7660'0000});           // mov eax,…; ret
    CHECK(returned({0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec,
                    0x10, 0x48, 0x89, 0x7d, 0xf8,  // push rbp … mov [rbp-8],rdi
                    0x48, 0x8b, 0x45, 0xf8, 0x48, 0x83, 0xc0,
                    0x08, 0x48, 0x89, 0xc7,                    // mov rax,[rbp-8]; add rax,8; mov rdi,rax
                    0xe8, 0x02, 0,    0,    0,    0xc9, 0xc3,  // call; leave; ret
                    0x48, 0x8b, 0x07, 0xc3}) == kText);        // mov rax,[rdi]; ret
    CHECK(!returned({0x48, 0x89, 0x07, 0xc3}));                // writes to the object
    CHECK(!returned({0xc3}));                                  // returns nothing
    CHECK(!returned({0xeb, 0xfe}));                            // for ever
    CHECK(!returned({0xe8, 0xfb, 0xff, 0xff, 0xff}));          // calls itself
    CHECK(!returned({0x48, 0x8b, 0x01, 0xc3}));                // of a register that nobody set
    CHECK(!returned({0x0f, 0x05, 0xc3}));                      // a system call
    CHECK(!follow_getter(*world.memory, {UINT64_MAX - 1}, kObject));
}

TEST_CASE("strings and numbers that were thrown are told as they are", "[native]") {
    World world;
    const auto text = [&](const char* type) { return read_exception_text(*world.memory, kObject, kBroken, type); };
    world.words(kObject, {kText.value});
    CHECK(text("PKc") == "shop 3 is broken");
    CHECK(text("NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE") == "shop 3 is broken");
    world.words(kObject, {static_cast<std::uint64_t>(-42)});
    CHECK(text("i") == "-42");
    CHECK(text("l") == "-42");
    CHECK(!text("PKc"));
}

TEST_CASE("the Python error that pybind11 carries through C++ is told once its text is made", "[native]") {
    World world;
    constexpr Address kDetails{0x7700'0000};
    world.code({0x0f, 0x05});
    const auto text = [&] {
        return read_exception_text(*world.memory, kObject, kRuntimeError, "N8pybind1117error_already_setE");
    };
    world.words(kObject, {kTable.value, kDetails.value});
    world.words(kDetails, {1, 2, 3, kText.value, 16, 0, 0, 1});
    CHECK(text() == "shop 3 is broken");
    world.memory->write_value(kDetails + 32, std::uint64_t{15});  // is no length of it
    CHECK(!text());
    world.words(kDetails, {1, 2, 3, kText.value, 16, 0, 0, 0});
    CHECK(!text());
    world.memory->erase({kDetails, kDetails + 64});
    CHECK(!text());
}
