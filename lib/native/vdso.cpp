// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/vdso.h"

#include <elf.h>

#include <algorithm>

namespace pycore {
namespace {

constexpr std::size_t kMaxVdso = 1 << 20;  // 8 KiB today

std::uint64_t first_link_address(const ElfFile& file) {
    const auto& segments = file.segments();
    const auto first = std::find_if(segments.begin(), segments.end(),
                                    [](const ElfSegment& segment) { return segment.type == PT_LOAD; });
    return first == segments.end() ? 0 : first->link_address;
}

}  // namespace

std::optional<Module> find_vdso(const ProcessSnapshot& process) {
    const auto base = process.auxiliary.vdso;
    if (!base || process.find_module(*base) != nullptr) return std::nullopt;
    const auto image = process.memory->view(*base, kMaxVdso);
    if (image.empty()) return std::nullopt;
    auto file = ElfFile::from_bytes("[vdso]", image, process.memory);
    if (!file) return std::nullopt;
    Module module;
    module.path = "[vdso]";
    module.range = {*base, *base + image.size()};
    module.load_bias = base->value - first_link_address(**file);
    module.build_id = (*file)->build_id();
    module.match = module.build_id ? ModuleMatch::BuildId : ModuleMatch::Unverified;
    module.file = *std::move(file);
    return module;
}

}  // namespace pycore
