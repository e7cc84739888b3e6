// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_list.h"

#include <algorithm>

#include "process/module_collector.h"

namespace pycore {
namespace {

AddressRange range_of(const ModuleDraft& draft, const FileMemory& memory) {
    if (draft.mappings.empty()) return draft.image->extent;
    AddressRange range{draft.mappings.front().range.begin, draft.mappings.back().range.end};
    if (draft.image) {
        range.begin = std::max(range.begin, draft.image->extent.begin);
        range.end = std::min(range.end, draft.image->extent.end);
    }
    if (draft.image && draft.image->extent.end > range.end && memory.region_at(draft.image->extent.end - 1)) {
        range.end = draft.image->extent.end;  // .bss
    }
    return range;
}

// No module reaches into the next one, nor into a mapping of another file.
void set_ranges(std::vector<ModuleDraft>& drafts, const ModuleSources& sources) {
    for (ModuleDraft& draft : drafts) draft.module.range = range_of(draft, sources.memory);
    std::sort(drafts.begin(), drafts.end(),
              [](const ModuleDraft& a, const ModuleDraft& b) { return a.module.range.begin < b.module.range.begin; });
    auto other = sources.mappings.begin();
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        Module& module = drafts[i].module;
        if (i + 1 < drafts.size()) module.range.end = std::min(module.range.end, drafts[i + 1].module.range.begin);
        while (other != sources.mappings.end() && other->range.begin < module.range.begin) ++other;
        while (other != sources.mappings.end() && other->path == module.path) ++other;
        if (other != sources.mappings.end()) module.range.end = std::min(module.range.end, other->range.begin);
    }
}

}  // namespace

std::vector<ModuleDraft> find_modules(const ModuleSources& sources, ModuleFileFinder& files, Diagnostics& diagnostics) {
    ModuleCollector collector(sources, files);
    collector.add_mapped_images();
    collector.add_mapped_files_without_header();
    collector.add_images_in_memory();
    collector.add_vdso();
    collector.add_link_map(diagnostics);
    collector.mark_executable();
    auto drafts = collector.take();
    set_ranges(drafts, sources);
    return drafts;
}

}  // namespace pycore
