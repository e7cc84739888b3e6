// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_collector.h"

#include <elf.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace pycore {
namespace {

constexpr std::size_t kMaxModules = 16'384;

}  // namespace

ModuleCollector::ModuleCollector(const ModuleSources& sources, ModuleFileFinder& files)
    : sources_(sources), files_(files) {
    for (const FileMapping& mapping : sources.mappings) by_path_[mapping.path].push_back(mapping);
}

std::optional<LoadedImage> ModuleCollector::image_at(Address base) const {
    if (auto image = read_loaded_image(sources_.memory, base)) return image;
    // A rewritten executable (BOLT) has its program headers elsewhere; the kernel says where.
    const auto header = parse_elf_header(sources_.memory.view(base, kPageSize));
    const auto& auxiliary = sources_.auxiliary;
    if (!header || !auxiliary.program_headers || !auxiliary.program_header_count) return std::nullopt;
    const std::uint64_t count = std::min<std::uint64_t>(*auxiliary.program_header_count, header->segment_count);
    const auto table = sources_.memory.view(*auxiliary.program_headers, count * sizeof(Elf64_Phdr));
    auto image = place_image(*header, parse_segments(table, 0, count), base);
    if (!image || !image->extent.contains(*auxiliary.program_headers)) return std::nullopt;
    return image;
}

ModuleDraft ModuleCollector::draft_of(const std::string& path, LoadedImage image, bool from_core) {
    ModuleDraft draft;
    draft.module.path = path;
    draft.module.load_bias = image.load_bias;
    draft.module.build_id = image.build_id;
    draft.mappings = mappings_of(image, by_path_[path]);
    draft.image_from_core = from_core;
    draft.image = std::move(image);
    return draft;
}

void ModuleCollector::add_image(const std::string& path, LoadedImage image, bool from_core) {
    ModuleDraft draft = draft_of(path, std::move(image), from_core);
    const bool loaded =
        draft.mappings.empty() || is_loaded(*draft.image, draft.mappings) || is_named_by_kernel(*draft.image);
    (loaded ? drafts_ : as_data_).push_back(std::move(draft));
}

void ModuleCollector::add_mapped_images() {
    std::unordered_map<std::string, AddressRange> last;  // image of each path; its own pages may repeat offset 0
    for (const FileMapping& mapping : sources_.mappings) {
        if (mapping.file_offset.value != 0 || drafts_.size() + as_data_.size() >= kMaxModules) continue;
        if (const auto image = last.find(mapping.path); image != last.end()) {
            if (image->second.contains(mapping.range.begin)) continue;
        }
        if (auto image = image_at(mapping.range.begin)) {
            last[mapping.path] = image->extent;
            add_image(mapping.path, *std::move(image), true);
        } else if (may_have_header(mapping.range.begin)) {
            without_header_.push_back(mapping);
        }
    }
}

bool ModuleCollector::may_have_header(Address base) const {
    const auto dumped = sources_.memory.dumped(base, SELFMAG);
    return dumped.empty() || has_elf_magic(dumped);
}

// Where headers were dumped at all, one that was left out on purpose is no ELF header.
bool ModuleCollector::was_left_out(Address base) const {
    const auto* segment = sources_.segments.find(base);
    const bool cut = segment != nullptr && segment->value->cut;
    return !drafts_.empty() && !cut && sources_.memory.dumped(base, 1).empty();
}

// The program and ld.so, which the kernel itself loads.
bool ModuleCollector::is_named_by_kernel(const LoadedImage& image) const {
    const auto& auxiliary = sources_.auxiliary;
    return (auxiliary.program_headers && image.extent.contains(*auxiliary.program_headers)) ||
           (auxiliary.interpreter_base && image.extent.begin == *auxiliary.interpreter_base);
}

// In a kernel's core each mapping has a segment with its permissions, in gdb's only what was dumped.
bool ModuleCollector::may_be_code(const Mappings& mappings) const {
    return std::any_of(mappings.begin(), mappings.end(), [&](const FileMapping& mapping) {
        const auto region = sources_.memory.region_at(mapping.range.begin);
        return !region || region->executable;
    });
}

std::optional<LoadedImage> ModuleCollector::image_by_file(const std::string& path, Address base) {
    const Mappings& mappings = by_path_[path];
    auto files = files_.find(path);
    if (is_program(mappings)) {
        if (auto given = files_.given_executable(); given && *given) files.insert(files.begin(), *given);
    }
    for (const auto& file : files) {
        const auto header = parse_elf_header(file->bytes());
        if (!header) continue;
        auto image = place_image(*header, file->segments(), base);
        if (image && is_loaded(*image, mappings_of(*image, mappings))) return image;
    }
    return std::nullopt;
}

bool ModuleCollector::is_program(const Mappings& mappings) const {
    return std::any_of(mappings.begin(), mappings.end(), [&](const FileMapping& mapping) {
        return sources_.auxiliary.entry && mapping.range.contains(*sources_.auxiliary.entry);
    });
}

void ModuleCollector::add_mapped_files_without_header() {
    std::erase_if(without_header_, [&](const FileMapping& mapping) { return was_left_out(mapping.range.begin); });
    std::string done;  // mappings of one path that are neighbours count once
    for (const FileMapping& mapping : without_header_) {
        const Mappings& mappings = by_path_[mapping.path];
        if (mapping.path == done || !may_be_code(mappings) || drafts_.size() >= kMaxModules) continue;
        done = mapping.path;
        if (auto image = image_by_file(mapping.path, mapping.range.begin)) {
            add_image(mapping.path, *std::move(image), false);
        } else if (mappings.size() > 1) {
            add_by_mappings(mapping.path, mappings);
        }
    }
}

// Neither header nor file: all that is known is where it lies.
void ModuleCollector::add_by_mappings(const std::string& path, const Mappings& mappings) {
    constexpr std::uint64_t kLowestPie = 1ULL << 40;  // below lie executables that are linked to an address
    ModuleDraft draft;
    draft.module.path = path;
    draft.mappings = mappings;
    const std::uint64_t base = mappings.front().range.begin.value;
    draft.module.load_bias = base >= kLowestPie ? base : 0;
    drafts_.push_back(std::move(draft));
}

// Without NT_FILE (a cut gcore has lost it) a segment that begins with an ELF header is an image if its
// data is writable: a copy of a file in a buffer is not laid out like this.
void ModuleCollector::add_images_in_memory() {
    if (!sources_.mappings.empty()) return;
    for (const MemoryRegion& region : sources_.memory.regions()) {
        if (!has_elf_magic(sources_.memory.dumped(region.range.begin, SELFMAG))) continue;
        if (drafts_.size() >= kMaxModules) return;
        auto image = image_at(region.range.begin);
        if (!image || region.range.begin == sources_.auxiliary.vdso) continue;
        const bool laid_out = std::all_of(image->segments.begin(), image->segments.end(), [&](const ElfSegment& s) {
            if (s.type != PT_LOAD || (s.flags & PF_W) == 0 || s.file_size == 0) return true;
            const auto data = sources_.memory.region_at(image->address_of(s.link_address + s.file_size - 1));
            return data && data->writable;
        });
        if (!laid_out) continue;
        auto name = read_dynamic_section(sources_.memory, *image).name;
        add_image(name.value_or("[image at " + to_string(region.range.begin) + "]"), *std::move(image), true);
    }
}

void ModuleCollector::add_vdso() {
    if (!sources_.auxiliary.vdso) return;
    auto image = read_loaded_image(sources_.memory, *sources_.auxiliary.vdso);
    if (!image) return;
    ModuleDraft draft;
    draft.module.path = "[vdso]";
    draft.module.load_bias = image->load_bias;
    draft.module.build_id = image->build_id;
    draft.image = std::move(image);
    draft.image_from_core = true;
    drafts_.push_back(std::move(draft));
}

ModuleDraft* ModuleCollector::find_by_load_bias(const LinkMapEntry& entry) {
    const auto matches = [&](const ModuleDraft& draft) {
        return draft.module.load_bias == entry.load_bias &&
               (!draft.image || draft.image->extent.contains(entry.dynamic));
    };
    const auto found = std::find_if(drafts_.begin(), drafts_.end(), matches);
    if (found != drafts_.end()) return &*found;
    const auto data = std::find_if(as_data_.begin(), as_data_.end(), matches);
    if (data == as_data_.end()) return nullptr;
    drafts_.push_back(std::move(*data));
    as_data_.erase(data);
    return &drafts_.back();
}

void ModuleCollector::add_link_map_entry(const LinkMapEntry& entry, Diagnostics& diagnostics) {
    if (ModuleDraft* draft = find_by_load_bias(entry)) {
        draft->dynamic = entry.dynamic;
        const bool unnamed = draft->mappings.empty() && draft->module.path != "[vdso]";
        if (unnamed && !entry.name.empty()) draft->module.path = entry.name;
        return;
    }
    // Only a module whose mappings were lost comes here. Shared objects are linked to 0.
    auto image = image_at({entry.load_bias});
    if (!image || !image->extent.contains(entry.dynamic)) {
        diagnostics.note({ErrorCode::Absent,
                          "the dynamic linker lists " + entry.name + ", of which nothing is in the core",
                          entry.dynamic});
        return;
    }
    drafts_.push_back(draft_of(entry.name, *std::move(image), true));
    drafts_.back().dynamic = entry.dynamic;
}

const ModuleDraft* ModuleCollector::find_program() const {
    const auto has_debug = [&](const ModuleDraft& draft) {
        return draft.image && read_dynamic_section(sources_.memory, *draft.image).debug.has_value();
    };
    const auto& headers = sources_.auxiliary.program_headers;
    const auto named = std::find_if(drafts_.begin(), drafts_.end(), [&](const ModuleDraft& draft) {
        return headers && draft.image && draft.image->extent.contains(*headers);
    });
    if (named != drafts_.end() && has_debug(*named)) return &*named;
    // ld.so that was run by hand with the program as its argument is what the kernel knows; the program
    // is what ld.so loaded, and its DT_DEBUG is set.
    const auto loaded = std::find_if(drafts_.begin(), drafts_.end(), has_debug);
    if (loaded != drafts_.end()) return &*loaded;
    return named != drafts_.end() ? &*named : nullptr;  // static: no dynamic linker, no DT_DEBUG
}

void ModuleCollector::add_link_map(Diagnostics& diagnostics) {
    const ModuleDraft* program = find_program();
    if (program == nullptr) return;
    const auto debug = read_dynamic_section(sources_.memory, *program->image).debug;
    if (!debug) return;
    for (const LinkMapEntry& entry : read_link_map(sources_.memory, *debug, diagnostics)) {
        if (drafts_.size() < kMaxModules) add_link_map_entry(entry, diagnostics);
    }
}

void ModuleCollector::mark_executable() {
    const ModuleDraft* program = find_program();
    for (ModuleDraft& draft : drafts_) draft.module.is_executable = &draft == program;
}

}  // namespace pycore
