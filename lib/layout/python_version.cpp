// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/python_version.h"

#include <algorithm>
#include <charconv>

namespace pycore::layout {
namespace {

// Takes a decimal number of at most three digits off the front.
std::optional<int> take_number(std::string_view& text) {
    int number = 0;
    const auto head = text.substr(0, 3);
    const auto [end, error] = std::from_chars(head.data(), head.data() + head.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - head.data()));
    return number;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<char> take_level(std::string_view& text) {
    if (take(text, "rc") || take(text, "c")) return 'c';
    if (take(text, "a")) return 'a';
    if (take(text, "b")) return 'b';
    return std::nullopt;
}

}  // namespace

std::optional<PythonVersion> version_from_hex(std::uint64_t hex) {
    const PythonVersion version{static_cast<int>(hex >> 24 & 0xff), static_cast<int>(hex >> 16 & 0xff),
                                static_cast<int>(hex >> 8 & 0xff), "??????????abc??f"[hex >> 4 & 0xf],
                                static_cast<int>(hex & 0xf)};
    if (hex > 0xffffffff || (version.major != 2 && version.major != 3) || version.level == '?') return std::nullopt;
    return version;
}

std::uint32_t to_hex(const PythonVersion& version) {
    const int level = version.level == 'f' ? 0xf : 0xa + (version.level - 'a');
    return static_cast<std::uint32_t>(version.major << 24 | version.minor << 16 | std::max(version.micro, 0) << 8 |
                                      level << 4 | version.serial);
}

std::optional<PythonVersion> parse_version(std::string_view text) {
    PythonVersion version;
    const auto major = take_number(text);
    if (!major || (*major != 2 && *major != 3) || !take(text, ".")) return std::nullopt;
    const auto minor = take_number(text);
    if (!minor || *minor > 0xff || !take(text, ".")) return std::nullopt;
    const auto micro = take_number(text);
    if (!micro || *micro > 0xff) return std::nullopt;
    version.major = *major;
    version.minor = *minor;
    version.micro = *micro;
    if (const auto level = take_level(text)) {
        const auto serial = take_number(text);
        if (!serial || *serial > 0xf) return std::nullopt;
        version.level = *level;
        version.serial = *serial;
    }
    return version;
}

std::string to_string(const PythonVersion& version) {
    std::string text = std::to_string(version.major) + "." + std::to_string(version.minor);
    if (version.micro < 0) return text;
    text += "." + std::to_string(version.micro);
    if (version.is_final()) return text;
    return text + (version.level == 'c' ? "rc" : std::string(1, version.level)) + std::to_string(version.serial);
}

}  // namespace pycore::layout
