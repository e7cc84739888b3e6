// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/handled_signal.h"

#include <array>
#include <csignal>
#include <cstring>

namespace pycore {
namespace {

// uc_flags 8, uc_link 8, uc_stack 24, uc_mcontext 256, uc_sigmask 8: the kernel's ucontext, not the C library's.
constexpr std::uint64_t kKernelContextSize = 304;

// Which member of siginfo_t's union is in use (kernel/signal.c, siginfo_layout()).
bool has_sender(int code) { return code == SI_USER || code == SI_TKILL || code == SI_QUEUE || code == SI_MESGQ; }

bool has_fault_address(int number, int code) {
    const bool of_a_fault =
        number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE || number == SIGTRAP;
    return of_a_fault && code > 0 && code != SI_KERNEL;
}

template <typename T>
T value_at(std::span<const std::byte> bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

}  // namespace

std::optional<SignalInfo> parse_siginfo(std::span<const std::byte> bytes) {
    if (bytes.size() < 24) return std::nullopt;
    const int number = value_at<std::int32_t>(bytes, 0);
    const int code = value_at<std::int32_t>(bytes, 8);
    SignalInfo signal{number, code, {}, {}};
    if (has_fault_address(number, code)) signal.fault_address = Address{value_at<std::uint64_t>(bytes, 16)};
    if (has_sender(code)) signal.sender_pid = value_at<std::int32_t>(bytes, 16);
    return signal;
}

namespace {

// struct sigcontext_64: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags, segments, error, trap, mask,
// cr2.
constexpr std::uint64_t kMachineContext = 40;  // from the ucontext
constexpr std::size_t kRip = 16, kTrap = 20, kFaultAddress = 22;
constexpr std::uint64_t kGeneralProtection = 13, kPageFault = 14;  // traps of x86-64

std::optional<SignalInfo> signal_of_registers(std::span<const std::byte> registers, int number) {
    const auto word = [&](std::size_t index) { return value_at<std::uint64_t>(registers, index * 8); };
    SignalInfo signal{number, {}, {}, {}};
    if (number == SIGFPE || number == SIGILL) signal.fault_address = Address{word(kRip)};
    if (number != SIGSEGV && number != SIGBUS) return signal;
    if (word(kTrap) == kPageFault) signal.fault_address = Address{word(kFaultAddress)};
    if (word(kTrap) == kGeneralProtection) signal.code = SI_KERNEL;
    return signal;
}

}  // namespace

std::optional<SignalInfo> read_handled_signal(const MemoryImage& memory, Address context, int number) {
    std::array<std::byte, 24> info{};
    if (memory.read(context + kKernelContextSize, info)) {
        if (const auto signal = parse_siginfo(info); signal && signal->number == number) return signal;
    }
    std::array<std::byte, (kFaultAddress + 1) * 8> registers{};
    if (!memory.read(context + kMachineContext, registers)) return std::nullopt;
    return signal_of_registers(registers, number);
}

}  // namespace pycore
