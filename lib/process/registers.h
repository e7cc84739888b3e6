// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The registers of one stopped thread, numbered as DWARF numbers them on x86-64 (System V ABI):
// 0 rax 1 rdx 2 rcx 3 rbx 4 rsi 5 rdi 6 rbp 7 rsp 8-15 r8-r15 16 rip.

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.h"

namespace pycore {

inline constexpr std::size_t kRegisterCount = 17;
enum DwarfRegister : std::size_t {
    kRax,
    kRdx,
    kRcx,
    kRbx,
    kRsi,
    kRdi,
    kRbp,
    kRsp,
    kR8,
    kR9,
    kR10,
    kR11,
    kR12,
    kR13,
    kR14,
    kR15,
    kRip
};

struct Registers {
    std::array<std::uint64_t, kRegisterCount> general{};
    Address thread_pointer;  // fs_base: pthread_self() of glibc and musl
    // orig_rax: the number of the system call that the thread is in; nullopt if it was stopped in
    // user mode. Its arguments are in rdi, rsi, rdx, r10, r8, r9.
    std::optional<std::int64_t> system_call;

    Address pc() const { return {general[kRip]}; }
    Address sp() const { return {general[kRsp]}; }
};

}  // namespace pycore
