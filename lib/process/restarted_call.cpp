// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/restarted_call.h"

namespace pycore {
namespace {

// Of x86-64.
constexpr std::int64_t kPoll = 7, kNanosleep = 35, kFutex = 202, kRestart = 219, kClockNanosleep = 230;
constexpr std::uint64_t kFutexFlags = 0x180;   // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME
constexpr std::uint64_t kFutexWaitBitset = 9;  // FUTEX_WAIT is 0
constexpr std::uint64_t kLowestPointer = 4096;
constexpr std::uint64_t kMostPolled = 1 << 20;  // files

bool is_pointer(std::uint64_t word) { return word >= kLowestPointer && word < (std::uint64_t{1} << 47); }

bool is_int(std::uint64_t word) {
    const auto low = static_cast<std::uint32_t>(word);
    return word == low || word == static_cast<std::uint64_t>(static_cast<std::int32_t>(low));
}

// futex(word, operation, value, timeout, -, bits)
bool is_futex(const Registers& registers) {
    const auto& r = registers.general;
    const std::uint64_t operation = r[kRsi] & ~kFutexFlags;
    const bool all_bits = static_cast<std::uint32_t>(r[kR9]) == 0xffffffff;
    return is_pointer(r[kRdi]) && r[kRdi] % 4 == 0 && is_pointer(r[kR10]) &&
           (operation == 0 || (operation == kFutexWaitBitset && all_bits));
}

}  // namespace

std::int64_t restarted_call(std::int64_t number, const Registers& registers) {
    if (number != kRestart) return number;
    const auto& r = registers.general;
    if (is_futex(registers)) return kFutex;
    // poll(files, count, milliseconds), clock_nanosleep(clock, 0, time, -), nanosleep(time, rest)
    if (is_int(r[kRdx]) && r[kRsi] < kMostPolled && (r[kRdi] == 0 || is_pointer(r[kRdi]))) return kPoll;
    if (is_int(r[kRdi]) && r[kRsi] == 0 && is_pointer(r[kRdx])) return kClockNanosleep;
    if (is_pointer(r[kRdi]) && (r[kRsi] == 0 || is_pointer(r[kRsi]))) return kNanosleep;
    return number;
}

}  // namespace pycore
