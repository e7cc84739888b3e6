// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/runtime_candidates.h"

#include <algorithm>
#include <cstring>

#include "elf/elf_symbol.h"
#include "layout/debug_offsets.h"

namespace pycore::layout {
namespace {

constexpr std::size_t kMaxCookies = 16;

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

void find_cookies(const ProcessSnapshot& process, const MemoryRegion& region, std::vector<RuntimeCandidate>& found) {
    std::uint64_t cookie = 0;
    std::memcpy(&cookie, kDebugOffsetsCookie.data(), sizeof(cookie));
    for (Address at = region.range.begin; at < region.range.end && found.size() < kMaxCookies;) {
        const auto bytes = process.memory->view(at, region.range.end - at);
        if (bytes.size() < sizeof(cookie)) break;
        const std::size_t to_alignment = (8 - at.value % 8) % 8;
        for (std::size_t i = to_alignment; i + sizeof(cookie) <= bytes.size(); i += 8) {
            std::uint64_t word;
            std::memcpy(&word, bytes.data() + i, sizeof(word));
            if (word != cookie) continue;
            found.push_back({at + i, process.find_module(at + i), "cookie"});
            if (found.size() >= kMaxCookies) return;
        }
        at = at + bytes.size();
    }
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

std::vector<MemoryRegion> writable_regions(const ProcessSnapshot& process) {
    auto regions = process.memory->regions();
    std::erase_if(regions, [](const MemoryRegion& region) { return !region.writable || region.present_bytes == 0; });
    std::stable_partition(regions.begin(), regions.end(),
                          [&](const MemoryRegion& region) { return belongs_to_module(process, region); });
    return regions;
}

std::vector<RuntimeCandidate> candidates_by_cookie(const ProcessSnapshot& process) {
    std::vector<RuntimeCandidate> found;
    for (const MemoryRegion& region : writable_regions(process)) find_cookies(process, region, found);
    return found;
}

}  // namespace pycore::layout
