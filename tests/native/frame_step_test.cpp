// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/frame_step.h"

#include <cstring>

#include "memory/file_memory.h"
#include "support/catch.h"

using namespace pycore;
using Outcome = FrameStep::Outcome;

namespace {

constexpr Address kCode{0x400000};
constexpr Address kStack{0x7000};

// A process of one page of code, without any unwind rules, and one page of stack.
class TinyProcess {
public:
    TinyProcess() : code_(4096, std::byte{0x90}), stack_(4096) {
        auto memory = std::make_shared<FileMemory>();
        memory->add_region({{kCode, kCode + 4096}, true, false, true, 0}, code_);
        memory->add_region({{kStack, kStack + 4096}, true, true, false, 0}, stack_);
        memory->seal();
        process_.memory = std::move(memory);
    }

    void write_code(std::uint64_t offset, std::initializer_list<int> bytes) {
        for (const int byte : bytes) code_[offset++] = static_cast<std::byte>(byte);
    }
    void write_stack(std::uint64_t offset, std::uint64_t word) {
        std::memcpy(stack_.data() + offset, &word, sizeof(word));
    }
    FrameStep step(const FrameCursor& frame) {
        CodeMap code(process_);
        StackReader stack(*process_.memory);
        return step_to_caller(frame, code, stack);
    }
    FrameStep guess(const FrameCursor& frame, Address limit = {UINT64_MAX}) {
        CodeMap code(process_);
        StackReader stack(*process_.memory);
        return guess_caller(frame, limit, code, stack);
    }

private:
    std::vector<std::byte> code_;
    std::vector<std::byte> stack_;
    ProcessSnapshot process_;
};

FrameCursor frame_at(Address pc, Address sp, bool exact) {
    FrameCursor frame;
    frame.registers.set(kRip, pc.value);
    frame.registers.set(kRsp, sp.value);
    frame.exact_pc = exact;
    return frame;
}

}  // namespace

TEST_CASE("a signal trampoline without unwind rules gives back what the kernel saved", "[native]") {
    TinyProcess process;
    process.write_code(0x100, {0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05});  // musl's: mov eax, 15; syscall
    constexpr std::uint64_t kContext = 0x200;                      // struct ucontext; sigcontext 40 bytes into it
    const std::uint64_t registers = kContext + 40;
    process.write_stack(registers + 10 * 8, 0x7777);           // rbp
    process.write_stack(registers + 15 * 8, 0x7800);           // rsp
    process.write_stack(registers + 16 * 8, kCode.value + 5);  // rip

    const FrameStep step = process.step(frame_at(kCode + 0x100, kStack + kContext, false));

    REQUIRE(step.outcome == Outcome::Caller);
    CHECK(step.caller.exact_pc);
    CHECK(step.caller.pc() == kCode + 5);
    CHECK(step.caller.sp() == Address{0x7800});
    CHECK(step.caller.registers.get(kRbp) == 0x7777);
}

TEST_CASE("a stub that only has to return is stepped over", "[native]") {
    TinyProcess process;
    process.write_code(0x100, {0xff, 0xd1, 0x5d, 0xc3});  // call rcx; pop rbp; ret: CPython's perf stub
    process.write_stack(0x10, 0x1234);
    process.write_stack(0x18, kCode.value + 0x200);

    const FrameStep step = process.step(frame_at(kCode + 0x102, kStack + 0x10, false));

    REQUIRE(step.outcome == Outcome::Caller);
    CHECK(step.caller.pc() == kCode + 0x200);
    CHECK(step.caller.sp() == kStack + 0x20);
    CHECK(step.caller.registers.get(kRbp) == 0x1234);
    CHECK(step.cfa == kStack + 0x20);
}

TEST_CASE("a return address outside of the code is no frame", "[native]") {
    TinyProcess process;
    process.write_code(0x100, {0xc3});
    process.write_stack(0x10, 0xdeadbeef);
    const FrameStep step = process.step(frame_at(kCode + 0x100, kStack + 0x10, false));
    CHECK(step.outcome == Outcome::Garbage);
    CHECK(step.reason.find("0xdeadbeef") != std::string::npos);
}

TEST_CASE("a stack that the dump left zero is told as such, a null return address above data ends it", "[native]") {
    TinyProcess process;
    process.write_code(0x100, {0xc3});
    CHECK(process.step(frame_at(kCode + 0x100, kStack + 0x10, false)).outcome == Outcome::Garbage);
    process.write_stack(0x40, 1);
    CHECK(process.step(frame_at(kCode + 0x100, kStack + 0x10, false)).outcome == Outcome::Outermost);
}

TEST_CASE("a stack whose next word the dump does not hold says which", "[native]") {
    TinyProcess process;
    process.write_code(0x100, {0xc3});
    const FrameStep step = process.step(frame_at(kCode + 0x100, kStack + 4096, false));
    CHECK(step.outcome == Outcome::NoMemory);
    CHECK(step.reason.find("0x8000") != std::string::npos);
}

TEST_CASE("a jump to nowhere is undone only if a call led there", "[native]") {
    TinyProcess process;
    process.write_stack(0x10, kCode.value + 0x102);
    CHECK(process.step(frame_at({0}, kStack + 0x10, true)).outcome == Outcome::NoRules);
    process.write_code(0x100, {0xff, 0xd0});  // call rax
    const FrameStep step = process.step(frame_at({0}, kStack + 0x10, true));
    REQUIRE(step.outcome == Outcome::Caller);
    CHECK(step.caller.pc() == kCode + 0x102);
}

TEST_CASE("a frame pointer is followed only to a return address behind a call, and not over a known frame",
          "[native]") {
    TinyProcess process;
    FrameCursor frame = frame_at(kCode + 0x300, kStack + 0x10, false);
    frame.registers.set(kRbp, (kStack + 0x40).value);
    process.write_stack(0x48, kCode.value + 0x102);
    CHECK(process.guess(frame).outcome == Outcome::NoRules);

    process.write_code(0x100, {0xff, 0xd0});
    const FrameStep step = process.guess(frame);
    REQUIRE(step.outcome == Outcome::Caller);
    CHECK(step.caller.recovered);
    CHECK(step.caller.sp() == kStack + 0x50);
    CHECK(process.guess(frame, kStack + 0x30).outcome == Outcome::NoRules);
}

TEST_CASE("a zero in rbp does not end the stack of code whose file is not here", "[native]") {
    TinyProcess process;
    FrameCursor frame = frame_at(kCode + 0x300, kStack + 0x10, true);
    frame.registers.set(kRbp, 0);
    CHECK(process.guess(frame).outcome == Outcome::NoRules);
}
