// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A fuzz target takes any bytes through one part of pycore and returns. Whatever the bytes are, it may
// not crash, hang, run out of memory or trip a sanitizer; that is all that is asked of it.
//   tools/dev/fuzz        lets libFuzzer look for bytes that do (clang)
//   fuzz_replay           runs targets over files, with any compiler: the regression corpus of ctest

#include <cstddef>
#include <span>
#include <string_view>

namespace pycore::fuzz {

using Bytes = std::span<const std::byte>;

struct Target {
    std::string_view name;  // also of its file here and of its folder in corpus/
    void (*run)(Bytes input);
};

std::span<const Target> all_targets();
// nullptr: there is none of this name.
const Target* find_target(std::string_view name);

}  // namespace pycore::fuzz
