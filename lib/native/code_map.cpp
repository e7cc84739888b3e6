// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/code_map.h"

#include <elf.h>

#include <algorithm>
#include <iterator>

#include "native/vdso.h"

namespace pycore {
namespace {

std::vector<AddressRange> united(std::vector<AddressRange> ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
    std::vector<AddressRange> result;
    for (const AddressRange& range : ranges) {
        if (range.size_bytes() == 0) continue;
        if (!result.empty() && range.begin <= result.back().end) {
            result.back().end = std::max(result.back().end, range.end);
        } else {
            result.push_back(range);
        }
    }
    return result;
}

bool holds(const std::vector<AddressRange>& ranges, Address address) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), address,
                                        [](Address a, const AddressRange& range) { return a < range.begin; });
    return after != ranges.begin() && std::prev(after)->contains(address);
}

void add_code_of(const Module& module, std::vector<AddressRange>& ranges) {
    if (!module.file) return;
    for (const ElfSegment& segment : module.file->segments()) {
        if (segment.type != PT_LOAD || (segment.flags & PF_X) == 0) continue;
        const Address begin = module.address_of(segment.link_address);
        ranges.push_back({begin, begin + segment.memory_size});
    }
}

// What the core says, what the modules' files say; and, as gdb's gcore lists only what it dumps, file
// mappings of which neither says anything.
std::vector<AddressRange> executable_ranges(const ProcessSnapshot& process) {
    std::vector<AddressRange> told;
    std::vector<AddressRange> ranges;
    for (const MemoryRegion& region : process.memory->regions()) {
        told.push_back(region.range);
        if (region.executable) ranges.push_back(region.range);
    }
    told = united(std::move(told));
    for (const Module& module : process.modules) add_code_of(module, ranges);
    for (const FileMapping& mapping : process.file_mappings) {
        const Module* module = process.find_module(mapping.range.begin);
        const bool has_file = module != nullptr && module->file != nullptr;
        if (!has_file && !holds(told, mapping.range.begin)) ranges.push_back(mapping.range);
    }
    return united(std::move(ranges));
}

}  // namespace

CodeMap::CodeMap(const ProcessSnapshot& process)
    : process_(process), vdso_(find_vdso(process)), executable_(executable_ranges(process)) {}

bool CodeMap::is_executable(Address address) const { return holds(executable_, address); }

bool CodeMap::follows_call(Address pc) const {
    for (const std::size_t size : {kMaxCallBytes, std::size_t{5}, std::size_t{2}}) {
        const auto code = code_at(pc - size, size);
        if (code.size() == size) return ends_with_call(code);
    }
    return false;
}

const CodeSite& CodeMap::site(Address pc, bool exact) {
    auto& sites = exact ? exact_sites_ : return_sites_;
    const auto found = sites.find(pc);
    if (found != sites.end()) return found->second;
    return sites.emplace(pc, look_at(pc, exact)).first->second;
}

CodeSite CodeMap::look_at(Address pc, bool exact) {
    CodeSite site;
    site.executable = is_executable(pc);
    site.module = find_module(pc);
    if (!site.executable) return site;
    site.is_sigreturn = begins_with_sigreturn(code_at(pc, 16));
    if (site.module != nullptr) {
        site.rules = rules_at(*site.module, exact ? pc : pc - 1);
        // Nothing calls a signal trampoline; what lies before it is another function.
        const bool wrong_function = site.is_sigreturn && !exact && !(site.rules && site.rules->is_signal_frame);
        if (wrong_function) site.rules = rules_at(*site.module, pc);
        if (site.rules) site.function_begin = site.module->address_of(site.rules->function_begin);
    }
    site.is_signal_frame = site.is_sigreturn || (site.rules && site.rules->is_signal_frame);
    if (!site.rules) site.epilogue = parse_epilogue(code_at(pc, kMaxEpilogueBytes));
    return site;
}

std::optional<FrameRules> CodeMap::rules_at(const Module& module, Address address) {
    if (!module.file) return std::nullopt;
    auto& info = call_frame_info_[&module];
    if (!info) info = std::make_unique<CallFrameInfo>(module.file);
    return info->find(module.link_address(address));
}

std::span<const std::byte> CodeMap::code_at(Address address, std::size_t max_size) const {
    const auto bytes = process_.memory->view(address, max_size);
    if (!bytes.empty()) return bytes;
    const Module* module = find_module(address);
    if (module == nullptr || !module->file) return {};
    return module->file->bytes_at(module->link_address(address), max_size);
}

const Module* CodeMap::find_module(Address address) const {
    if (vdso_ && vdso_->range.contains(address)) return &*vdso_;
    return process_.find_module(address);
}

}  // namespace pycore
