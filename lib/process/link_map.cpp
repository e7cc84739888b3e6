// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/link_map.h"

#include "base/walk_list.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxModules = 1 << 16;
constexpr std::size_t kMaxNamespaces = 64;  // glibc has 16
constexpr std::size_t kMaxPath = 4096;

struct RawLinkMap {
    std::uint64_t load_bias;
    std::uint64_t name;
    std::uint64_t dynamic;
    std::uint64_t next;
};

struct RawDebug {
    std::int32_t version;
    std::int32_t padding;
    std::uint64_t first;
};

void read_namespace(const MemoryImage& memory, Address first, std::vector<LinkMapEntry>& entries,
                    Diagnostics& diagnostics) {
    auto walked =
        walk_list(first, kMaxModules, "the dynamic linker's list of modules", [&](Address node) -> Result<Address> {
            const auto raw = read_value<RawLinkMap>(memory, node);
            if (!raw) return raw.error().with_context("the dynamic linker's list of modules");
            auto name = read_c_string(memory, {raw->name}, kMaxPath);
            entries.push_back({raw->load_bias, name ? *std::move(name) : "", {raw->dynamic}});
            return Address{raw->next};
        });
    // The mappings tell of the same modules, so nothing is lost for sure.
    if (!walked) diagnostics.note(walked.error());
}

}  // namespace

std::vector<LinkMapEntry> read_link_map(const MemoryImage& memory, Address r_debug, Diagnostics& diagnostics) {
    std::vector<LinkMapEntry> entries;
    // Namespaces: dlmopen(). A torn chain of them ends the walk without a word, as most have one only.
    static_cast<void>(walk_list(r_debug, kMaxNamespaces, "namespaces", [&](Address node) -> Result<Address> {
        const auto debug = read_value<RawDebug>(memory, node);
        if (!debug) return debug.error();
        read_namespace(memory, {debug->first}, entries, diagnostics);
        if (debug->version < 2) return Address{};
        return read_address(memory, node + 40);
    }));
    return entries;
}

}  // namespace pycore
