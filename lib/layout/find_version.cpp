// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/find_version.h"

#include <algorithm>
#include <cstring>

#include "base/byte_reader.h"
#include "elf/elf_symbol.h"

namespace pycore::layout {
namespace {

constexpr std::size_t kMaxVersionText = 300;  // sizeof(version) in Python/getversion.c
constexpr std::uint64_t kMaxModuleData = 64U << 20;

std::optional<PythonVersion> version_constant(const Module& module) {
    if (!module.file) return std::nullopt;
    const auto symbol = find_symbol(*module.file, "Py_Version");
    if (!symbol) return std::nullopt;
    const auto value = read_at<std::uint64_t>(module.file->bytes_at(symbol->link_address, 8), 0);
    return value ? version_from_hex(*value) : std::nullopt;
}

// "%.80s (%.80s) %.80s" of PY_VERSION, build information and compiler.
std::optional<PythonVersion> parse_version_buffer(std::string_view text) {
    const auto version = parse_version(text);
    if (!version) return std::nullopt;
    const auto parenthesis = text.find(" (");
    if (parenthesis == std::string_view::npos || parenthesis > 80) return std::nullopt;
    const auto bracket = text.find('[', parenthesis);
    return bracket != std::string_view::npos ? version : std::nullopt;
}

std::optional<PythonVersion> scan_for_version(std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    // The buffer starts with its first character: a NUL stands before it, or another variable.
    for (auto at = text.find('.'); at != std::string_view::npos; at = text.find('.', at + 1)) {
        if (at == 0 || (text[at - 1] != '3' && text[at - 1] != '2')) continue;
        if (at > 1 && text[at - 2] != '\0') continue;
        auto candidate = text.substr(at - 1, kMaxVersionText);
        candidate = candidate.substr(0, candidate.find('\0'));
        if (const auto version = parse_version_buffer(candidate)) return version;
    }
    return std::nullopt;
}

struct PythonName {
    std::string_view number;  // "3.13"
    std::string_view flags;   // "", "d", "t", "td", "m"
};

std::optional<PythonName> parse_name(std::string_view path) {
    const auto slash = path.rfind('/');
    std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const auto python = name.find("python");
    if (python == std::string_view::npos) return std::nullopt;
    name.remove_prefix(python + std::strlen("python"));
    if (name.find('.') != 1) return std::nullopt;
    const auto is_in = [](std::string_view set) { return [set](char c) { return set.find(c) != set.npos; }; };
    const auto number_end = std::find_if_not(name.begin() + 2, name.end(), is_in("0123456789"));
    const auto flags_end = std::find_if_not(number_end, name.end(), is_in("dmt"));
    return PythonName{{name.begin(), number_end}, {number_end, flags_end}};
}

}  // namespace

std::optional<PythonVersion> find_version(const ProcessSnapshot& process, const Module* module, Address runtime) {
    if (module != nullptr) {
        if (const auto version = version_constant(*module)) return version;
    }
    // .data and .bss of one module lie side by side.
    const Address begin = module != nullptr ? module->range.begin : runtime - std::min(runtime.value, kMaxModuleData);
    const Address end = runtime + kMaxModuleData;
    for (const MemoryRegion& region : process.memory->regions()) {
        if (!region.writable || region.range.begin < begin || region.range.begin > end) continue;
        const auto bytes = process.memory->view(region.range.begin, std::min(region.present_bytes, kMaxModuleData));
        if (const auto version = scan_for_version(bytes)) return version;
    }
    return std::nullopt;
}

std::optional<PythonVersion> version_in_file_name(std::string_view path) {
    const auto name = parse_name(path);
    if (!name) return std::nullopt;
    auto version = parse_version(std::string(name->number) + ".0");
    if (version) version->micro = -1;
    return version;
}

bool names_debug_build(std::string_view path) {
    const auto name = parse_name(path);
    return name && name->flags.find('d') != std::string_view::npos;
}

}  // namespace pycore::layout
