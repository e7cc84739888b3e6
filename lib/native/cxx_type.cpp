// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/cxx_type.h"

#include <algorithm>
#include <vector>

#include "native/demangle.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxName = 2048;   // bytes; templates get long
constexpr std::size_t kMaxClasses = 64;  // looked at in one hierarchy
constexpr std::uint32_t kMaxBases = 32;  // of one class
constexpr std::uint64_t kWord = 8;

// type_info: {vptr, const char* name}; a name that begins with '*' is compared by address, and not part of it.
std::optional<std::string> name_at(const MemoryImage& memory, Address type_info) {
    const auto name = read_address(memory, type_info + kWord);
    if (!name || !*name) return std::nullopt;
    auto text = read_c_string(memory, *name, kMaxName);
    if (!text) return std::nullopt;
    if (text->starts_with('*')) text->erase(0, 1);
    const auto is_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
               c == '$';
    };
    if (text->empty() || text->size() >= kMaxName || !std::all_of(text->begin(), text->end(), is_name)) return {};
    return *std::move(text);
}

// Of which class the type_info itself is: "N10__cxxabiv120__si_class_type_infoE", or its base (std::__ios_failure of
// libstdc++ has a class of its own for it).
std::optional<std::string> kind_of(const MemoryImage& memory, Address type_info) {
    const auto vptr = read_address(memory, type_info);
    const auto meta = vptr && *vptr ? read_address(memory, *vptr - kWord) : vptr;
    if (!meta || !*meta) return std::nullopt;
    const auto is_kind = [](const std::string& name) { return name.starts_with("N10__cxxabiv1"); };
    if (auto name = name_at(memory, *meta); !name || is_kind(*name)) return name;
    for (const std::uint64_t base_at : {2 * kWord, 3 * kWord}) {  // as one with a single base, or with a list of them
        const auto base = read_address(memory, *meta + base_at);
        if (auto name = base ? name_at(memory, *base) : std::nullopt; name && is_kind(*name)) return name;
    }
    return std::nullopt;
}

struct Part {
    Address object;
    Address type_info;
};

// Bases of __vmi_class_type_info: {…, u32 flags, u32 count, {type_info*, long offset_and_flags}[]}.
void add_bases(const MemoryImage& memory, const Part& part, std::vector<Part>& parts) {
    constexpr std::int64_t kVirtual = 1;
    const auto count = read_value<std::uint32_t>(memory, part.type_info + 2 * kWord + 4);
    if (!count || *count > kMaxBases) return;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const Address entry = part.type_info + 3 * kWord + i * 2 * kWord;
        const auto base = read_address(memory, entry);
        const auto flags = read_value<std::int64_t>(memory, entry + kWord);
        if (!base || !flags) return;
        std::int64_t offset = *flags >> 8;
        if ((*flags & kVirtual) != 0) {  // then it is where the virtual table says
            const auto vptr = read_address(memory, part.object);
            const auto there =
                vptr ? read_value<std::int64_t>(memory, *vptr + static_cast<std::uint64_t>(offset)) : vptr.error();
            if (!there) continue;
            offset = *there;
        }
        parts.push_back({part.object + static_cast<std::uint64_t>(offset), *base});
    }
}

}  // namespace

std::optional<std::string> read_type_name(const MemoryImage& memory, Address type_info) {
    const auto kind = kind_of(memory, type_info);
    if (!kind || !kind->ends_with("_type_infoE")) return std::nullopt;
    return name_at(memory, type_info);
}

std::string demangle_type(std::string_view name) {
    constexpr std::string_view kPrefix = "typeinfo for ";
    std::string text = demangle("_ZTI" + std::string(name));
    return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : std::string(name);
}

std::optional<Address> find_base(const MemoryImage& memory, Address object, Address type_info, std::string_view name) {
    std::vector<Part> parts{{object, type_info}};
    for (std::size_t i = 0; i < parts.size() && i < kMaxClasses; ++i) {
        const Part part = parts[i];
        if (name_at(memory, part.type_info) == name) return part.object;
        const auto kind = kind_of(memory, part.type_info);
        if (kind == "N10__cxxabiv120__si_class_type_infoE") {
            if (const auto base = read_address(memory, part.type_info + 2 * kWord))
                parts.push_back({part.object, *base});
        } else if (kind == "N10__cxxabiv121__vmi_class_type_infoE") {
            add_bases(memory, part, parts);
        }
    }
    return std::nullopt;
}

}  // namespace pycore
