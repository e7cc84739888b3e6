// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ModuleDraft is a module while it is put together from what a core says of it in several places: its
// headers in memory, the file mappings that belong to it, the dynamic linker's list.

#include <optional>
#include <vector>

#include "process/link_map.h"
#include "process/loaded_image.h"
#include "process/process_snapshot.h"

namespace pycore {

struct ModuleDraft {
    Module module;
    std::optional<LoadedImage> image;
    bool image_from_core = false;       // else from a file
    std::vector<FileMapping> mappings;  // those that its segments were loaded into, ascending
    std::optional<Address> dynamic;     // its dynamic section, as the dynamic linker has it
};

// The segment of `image` that `mapping` was made for; nullptr if it is none of the image's.
const ElfSegment* segment_of(const LoadedImage& image, const FileMapping& mapping);

// The mappings of `candidates` (ascending, of one file) that are the image's.
std::vector<FileMapping> mappings_of(const LoadedImage& image, const std::vector<FileMapping>& candidates);

// Whether so many of the image's segments are mapped that a loader did it: a program that reads an ELF
// file through a mapping has only one, from the file's begin to its end.
bool is_loaded(const LoadedImage& image, const std::vector<FileMapping>& mappings);

}  // namespace pycore
