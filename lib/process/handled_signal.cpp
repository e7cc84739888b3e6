// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/handled_signal.h"

#include <algorithm>
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
constexpr std::size_t kSavedR8 = 0, kSavedR9 = 1, kSavedR10 = 2, kSavedRdi = 8, kSavedRsi = 9, kSavedRdx = 12,
                      kSavedRax = 13;
constexpr std::size_t kSavedRip = 16, kSavedTrap = 20, kSavedFaultAddress = 22;
constexpr std::int64_t kInterrupted = -4;                          // EINTR
constexpr std::uint64_t kGeneralProtection = 13, kPageFault = 14;  // traps of x86-64

std::optional<SignalInfo> signal_of_registers(std::span<const std::byte> registers, int number) {
    const auto word = [&](std::size_t index) { return value_at<std::uint64_t>(registers, index * 8); };
    SignalInfo signal{number, {}, {}, {}};
    if (number == SIGFPE || number == SIGILL) signal.fault_address = Address{word(kSavedRip)};
    if (number != SIGSEGV && number != SIGBUS) return signal;
    if (word(kSavedTrap) == kPageFault) signal.fault_address = Address{word(kSavedFaultAddress)};
    if (word(kSavedTrap) == kGeneralProtection) signal.code = SI_KERNEL;
    return signal;
}

// With a prefix (REX.R or REX.B) the same bytes are of r8 to r15.
bool names_high_register(std::byte prefix) {
    return (prefix & std::byte{0xf0}) == std::byte{0x40} && (prefix & std::byte{0x05}) != std::byte{0};
}

// The number that is loaded into eax last before a system call. `code` ends with the instruction behind it.
std::optional<std::int64_t> called_number(std::span<const std::byte> code) {
    constexpr std::byte kMoveToEax{0xb8}, kCall[] = {std::byte{0x0f}, std::byte{0x05}};
    constexpr std::byte kClearEax[] = {std::byte{0x31}, std::byte{0xc0}};
    constexpr std::int32_t kNumbers = 1000;
    if (code.size() < 8 || !std::equal(code.end() - 2, code.end(), kCall)) return std::nullopt;
    for (std::size_t at = code.size() - 7; at > 0; --at) {
        if (names_high_register(code[at - 1])) continue;
        if (code[at] == kMoveToEax) {
            const auto number = value_at<std::int32_t>(code, at + 1);
            if (number >= 0 && number < kNumbers) return number;
        }
        if (std::equal(kClearEax, kClearEax + 2, code.begin() + static_cast<std::ptrdiff_t>(at))) return 0;  // read
    }
    return std::nullopt;
}

}  // namespace

std::optional<InterruptedCall> read_interrupted_call(const MemoryImage& memory, Address context) {
    std::array<std::byte, (kSavedFaultAddress + 1) * 8> registers{};
    if (!memory.read(context + kMachineContext, registers)) return std::nullopt;
    const auto word = [&](std::size_t index) { return value_at<std::uint64_t>(registers, index * 8); };
    std::array<std::byte, 32> code{};
    if (static_cast<std::int64_t>(word(kSavedRax)) != kInterrupted) return std::nullopt;
    if (!memory.read(Address{word(kSavedRip)} - code.size(), code)) return std::nullopt;
    const auto number = called_number(code);
    if (!number) return std::nullopt;
    return InterruptedCall{
        *number, {word(kSavedRdi), word(kSavedRsi), word(kSavedRdx), word(kSavedR10), word(kSavedR8), word(kSavedR9)}};
}

std::optional<SignalInfo> read_handled_signal(const MemoryImage& memory, Address context, int number) {
    std::array<std::byte, 24> info{};
    if (memory.read(context + kKernelContextSize, info)) {
        if (const auto signal = parse_siginfo(info); signal && signal->number == number) return signal;
    }
    std::array<std::byte, (kSavedFaultAddress + 1) * 8> registers{};
    if (!memory.read(context + kMachineContext, registers)) return std::nullopt;
    return signal_of_registers(registers, number);
}

}  // namespace pycore
