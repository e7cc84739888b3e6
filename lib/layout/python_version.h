// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// PythonVersion is a full CPython version, as PY_VERSION_HEX packs it: 0xMMmmppLs, L one of a b c f.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pycore::layout {

struct PythonVersion {
    int major = 0;
    int minor = 0;
    int micro = 0;     // -1: unknown
    char level = 'f';  // 'a', 'b', 'c' (release candidate), 'f' (final)
    int serial = 0;

    constexpr auto operator<=>(const PythonVersion&) const = default;  // 'a' < 'b' < 'c' < 'f'
    constexpr bool is_final() const { return level == 'f'; }
};

// nullopt if no CPython 2 or 3 has this number.
std::optional<PythonVersion> version_from_hex(std::uint64_t hex);
std::uint32_t to_hex(const PythonVersion& version);

// The version that `text` begins with: "3.8.18 (default, ...", "3.15.0b1+". nullopt: none.
std::optional<PythonVersion> parse_version(std::string_view text);

// "3.13.5", "3.15.0b1", "3.14.0rc2"; "3.13" where the micro version is unknown
std::string to_string(const PythonVersion& version);

}  // namespace pycore::layout
