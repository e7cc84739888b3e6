// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/runtime_candidates.h"

#include <algorithm>
#include <cstring>

#include "elf/elf_symbol.h"
#include "layout/debug_offsets.h"

namespace pycore::layout {
namespace {

constexpr std::size_t kMaxCookies = 1000;
constexpr std::uint64_t kMaxSearchedBytes = 2ULL << 30;
constexpr Address kLowestLibrary{0x7f0000000000};  // x86-64 Linux maps libraries and stacks above

// Lower is likelier.
int unlikeliness(const Module& module) {
    if (module.is_executable) return 0;
    return module.path.find("python") != std::string::npos ? 1 : 2;
}

std::vector<const Module*> modules_by_likelihood(const ProcessSnapshot& process) {
    std::vector<const Module*> modules;
    for (const Module& module : process.modules) modules.push_back(&module);
    std::stable_sort(modules.begin(), modules.end(),
                     [](const Module* a, const Module* b) { return unlikeliness(*a) < unlikeliness(*b); });
    return modules;
}

bool belongs_to_module(const ProcessSnapshot& process, const MemoryRegion& region) {
    // .bss follows the module's last file mapping without a gap.
    return process.find_module(region.range.begin) != nullptr || process.find_module(region.range.begin - 1) != nullptr;
}

bool is_stack(const ProcessSnapshot& process, const MemoryRegion& region) {
    return std::any_of(process.threads.begin(), process.threads.end(),
                       [&](const Thread& thread) { return region.range.contains(thread.registers.sp()); });
}

void keep_within_bound(std::vector<MemoryRegion>& regions, std::uint64_t& total) {
    std::erase_if(regions, [&](const MemoryRegion& region) {
        if (total + region.present_bytes > kMaxSearchedBytes) return true;
        total += region.present_bytes;
        return false;
    });
}

using Accept = std::function<bool(const RuntimeCandidate&)>;

bool search_region(const ProcessSnapshot& process, const MemoryRegion& region, std::size_t& tries_left,
                   const Accept& accept) {
    std::uint64_t cookie = 0;
    std::memcpy(&cookie, kDebugOffsetsCookie.data(), sizeof(cookie));
    const auto bytes = process.memory->view(region.range.begin, region.present_bytes);
    for (std::size_t i = 0; i + sizeof(cookie) <= bytes.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + i, sizeof(word));
        if (word != cookie) continue;
        if (tries_left-- == 0) return true;
        const Address address = region.range.begin + i;
        if (accept({address, process.find_module(address), "cookie"})) return true;
    }
    return false;
}

}  // namespace

std::vector<RuntimeCandidate> candidates_in_files(const ProcessSnapshot& process) {
    std::vector<RuntimeCandidate> found;
    for (const Module* module : modules_by_likelihood(process)) {
        if (!module->file) continue;
        if (const ElfSection* section = module->file->find_section(".PyRuntime")) {
            found.push_back({module->address_of(section->link_address), module, "section"});
        } else if (const auto symbol = find_symbol(*module->file, "_PyRuntime")) {
            found.push_back({module->address_of(symbol->link_address), module, "symbol"});
        }
    }
    return found;
}

SearchOrder search_order(const ProcessSnapshot& process) {
    SearchOrder order;
    std::vector<MemoryRegion> stacks;
    for (const MemoryRegion& region : process.memory->regions()) {
        if (!region.writable || region.present_bytes == 0) continue;
        if (belongs_to_module(process, region) || region.range.begin < kLowestLibrary) {
            order.likely.push_back(region);
        } else {
            (is_stack(process, region) ? stacks : order.rest).push_back(region);
        }
    }
    order.rest.insert(order.rest.end(), stacks.begin(), stacks.end());
    std::uint64_t total = 0;
    keep_within_bound(order.likely, total);
    keep_within_bound(order.rest, total);
    return order;
}

void search_for_cookie(const ProcessSnapshot& process, std::span<const MemoryRegion> regions, const Accept& accept) {
    std::size_t tries_left = kMaxCookies;
    for (const MemoryRegion& region : regions) {
        if (search_region(process, region, tries_left, accept)) return;
    }
}

}  // namespace pycore::layout
