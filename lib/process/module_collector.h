// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ModuleCollector asks each witness of module_list.h for modules that those before it did not see.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "process/module_list.h"

namespace pycore {

class ModuleCollector {
public:
    ModuleCollector(const ModuleSources& sources, ModuleFileFinder& files);

    // In this order; each adds what those before it did not see.
    void add_mapped_images();
    void add_mapped_files_without_header();
    void add_images_in_memory();
    void add_vdso();
    void add_link_map(Diagnostics& diagnostics);
    void mark_executable();

    std::vector<ModuleDraft> take() { return std::move(drafts_); }

private:
    using Mappings = std::vector<FileMapping>;

    std::optional<LoadedImage> image_at(Address base) const;
    std::optional<LoadedImage> image_by_file(const std::string& path, Address base);
    bool may_have_header(Address base) const;
    bool was_left_out(Address base) const;
    bool is_named_by_kernel(const LoadedImage& image) const;
    bool may_be_code(const Mappings& mappings) const;
    bool is_program(const Mappings& mappings) const;
    ModuleDraft draft_of(const std::string& path, LoadedImage image, bool from_core);
    void add_image(const std::string& path, LoadedImage image, bool from_core);
    void add_by_mappings(const std::string& path, const Mappings& mappings);
    void add_link_map_entry(const LinkMapEntry& entry, Diagnostics& diagnostics);
    ModuleDraft* find_by_load_bias(const LinkMapEntry& entry);
    // The module whose DT_DEBUG the dynamic linker filled in: the program.
    const ModuleDraft* find_program() const;

    const ModuleSources& sources_;
    ModuleFileFinder& files_;
    std::map<std::string, Mappings> by_path_;
    std::vector<FileMapping> without_header_;  // of a file's begin that is not in the core
    std::vector<ModuleDraft> as_data_;         // ELF files that do not look loaded, unless ld.so says so
    std::vector<ModuleDraft> drafts_;
};

}  // namespace pycore
