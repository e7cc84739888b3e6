// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What x86-64 machine code around a pc tells where there are no unwind rules: whether a return address
// follows a call, what an epilogue undoes, whether it is a signal trampoline. Bytes in hand only.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pycore {

inline constexpr std::size_t kMaxCallBytes = 7;  // the longest call instruction without prefixes
inline constexpr std::size_t kMaxEpilogueBytes = 64;

// True if a call instruction ends where `code` ends.
bool ends_with_call(std::span<const std::byte> code);

// True if `code` begins with the system call rt_sigreturn, as the restorers of glibc and musl do.
bool begins_with_sigreturn(std::span<const std::byte> code);

// What remains of a function between a pc and its `ret`: pops and stack adjustments, nothing else.
struct Epilogue {
    struct Pop {
        std::size_t register_index;  // DWARF number
        std::int64_t sp_offset;      // where it is popped from, counted from sp at the pc or (after
                                     // `leave`) from rbp
        bool from_rbp;
    };
    std::vector<Pop> pops;
    std::int64_t return_offset = 0;  // of the return address, counted likewise
    bool return_from_rbp = false;
};

std::optional<Epilogue> parse_epilogue(std::span<const std::byte> code);

}  // namespace pycore
