// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/handled_signal.h"

#include <array>
#include <csignal>
#include <cstring>

#include "memory/buffer_memory.h"
#include "support/catch.h"

using namespace pycore;

namespace {

std::vector<std::byte> signal_frame(std::int32_t number, std::int32_t code, std::uint64_t address) {
    std::vector<std::byte> bytes(304 + 128);
    std::memcpy(bytes.data() + 304, &number, sizeof(number));
    std::memcpy(bytes.data() + 304 + 8, &code, sizeof(code));
    std::memcpy(bytes.data() + 304 + 16, &address, sizeof(address));
    return bytes;
}

}  // namespace

TEST_CASE("the signal that a handler was called for is read from its frame", "[process]") {
    BufferMemory memory;
    memory.write({0x7000}, signal_frame(SIGSEGV, SEGV_MAPERR, 0x18));
    const auto signal = read_handled_signal(memory, {0x7000}, SIGSEGV);
    REQUIRE(signal);
    CHECK(signal->number == SIGSEGV);
    CHECK(signal->fault_address == Address{0x18});
    CHECK_FALSE(signal->sender_pid);
}

TEST_CASE("a handler that asked for no siginfo left the trap and its address", "[process]") {
    auto frame = signal_frame(0, 0, 0);
    const auto put = [&](std::size_t index, std::uint64_t value) {
        std::memcpy(frame.data() + 40 + index * 8, &value, sizeof(value));
    };
    put(20, 14);
    put(22, 0x18);
    BufferMemory memory;
    memory.write({0x7000}, frame);
    CHECK(read_handled_signal(memory, {0x7000}, SIGSEGV)->fault_address == Address{0x18});
    CHECK_FALSE(read_handled_signal(memory, {0x7000}, SIGABRT)->fault_address);
    put(20, 13);
    memory.write({0x7000}, frame);
    CHECK(read_handled_signal(memory, {0x7000}, SIGSEGV)->code == SI_KERNEL);
    CHECK_FALSE(read_handled_signal(memory, {0x7000}, SIGSEGV)->fault_address);
}

TEST_CASE("a signal frame that the dump left out gives no signal", "[process]") {
    BufferMemory memory;
    CHECK_FALSE(read_handled_signal(memory, {0x7000}, SIGSEGV));
}

TEST_CASE("the system call that a signal interrupted is known by the code before it", "[process]") {
    auto frame = signal_frame(0, 0, 0);
    const auto put = [&](std::size_t index, std::uint64_t value) {
        std::memcpy(frame.data() + 40 + index * 8, &value, sizeof(value));
    };
    put(13, static_cast<std::uint64_t>(-4));  // rax: EINTR
    put(16, 0x5020);                          // rip
    put(8, 7);                                // rdi
    std::vector<std::byte> code(32, std::byte{0x90});
    const std::uint8_t futex[] = {0xb8, 0xca, 0, 0, 0, 0x0f, 0x05};  // mov $202,%eax; syscall
    std::memcpy(code.data() + 32 - sizeof(futex), futex, sizeof(futex));
    BufferMemory memory;
    memory.write({0x7000}, frame);
    memory.write({0x5000}, code);
    const auto call = read_interrupted_call(memory, {0x7000});
    REQUIRE(call);
    CHECK(call->number == 202);
    CHECK(call->arguments[0] == 7);
    // A cleared r8 before the call is not taken for a cleared eax, which is read().
    const std::uint8_t clears_r8[] = {0xb8, 0xca, 0, 0, 0, 0x45, 0x31, 0xc0, 0x0f, 0x05};
    std::memcpy(code.data() + 32 - sizeof(clears_r8), clears_r8, sizeof(clears_r8));
    memory.write({0x5000}, code);
    REQUIRE(read_interrupted_call(memory, {0x7000}));
    CHECK(read_interrupted_call(memory, {0x7000})->number == 202);
    put(13, 0);
    memory.write({0x7000}, frame);
    CHECK_FALSE(read_interrupted_call(memory, {0x7000}));
}
