// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_process.h"

#include <elf.h>

#include <algorithm>
#include <map>

#include "base/byte_reader.h"
#include "memory/file_memory.h"
#include "process/core_notes.h"

namespace pycore {
namespace {

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

std::optional<std::string> build_id_in_memory(const MemoryImage& memory, Address base) {
    const auto header = read_value<Elf64_Ehdr>(memory, base);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
    for (unsigned i = 0; i < header->e_phnum; ++i) {
        const auto segment = read_value<Elf64_Phdr>(memory, base + header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) return std::nullopt;
        if (segment->p_type != PT_NOTE) continue;
        const auto bytes = memory.view(base + segment->p_offset, segment->p_filesz);
        if (auto id = find_build_id(parse_notes(bytes, segment->p_align))) return id;
    }
    return std::nullopt;
}

void open_module_file(Module& module, FileMemory&) {
    auto file = ElfFile::open(module.path);
    if (!file) return;
    module.found_path = module.path;
    if (module.build_id != (*file)->build_id()) {
        module.match = ModuleMatch::Mismatch;
        return;
    }
    module.match = module.build_id ? ModuleMatch::BuildId : ModuleMatch::Unverified;
    module.file = *file;
}

void set_load_bias(Module& module) {
    if (!module.file || module.file->is_fixed_address()) return;
    for (const ElfSegment& segment : module.file->segments()) {
        if (segment.type != PT_LOAD) continue;
        const std::uint64_t page_offset = segment.offset & ~0xfffULL;
        if (page_offset == 0) {
            module.load_bias = module.range.begin.value - (segment.link_address & ~0xfffULL);
            return;
        }
    }
}

void back_by_file(const Module& module, FileMemory& memory) {
    if (!module.file) return;
    for (const ElfSegment& segment : module.file->segments()) {
        if (segment.type != PT_LOAD || (segment.flags & PF_W) != 0) continue;
        memory.add_backing(module.address_of(segment.link_address),
                           slice(module.file->bytes(), segment.offset, segment.file_size));
    }
}

std::vector<Module> modules_of(const ProcessSnapshot& process) {
    std::vector<Module> modules;
    for (const FileMapping& mapping : process.file_mappings) {
        if (!modules.empty() && modules.back().path == mapping.path && mapping.file_offset.value != 0) {
            modules.back().range.end = mapping.range.end;
        } else if (mapping.file_offset.value == 0) {
            Module module;
            module.path = mapping.path;
            module.range = mapping.range;
            modules.push_back(std::move(module));
        }
    }
    return modules;
}

}  // namespace

Result<ProcessSnapshot> open_core(std::shared_ptr<const MappedFile> file, const FileSearch&, Diagnostics& diagnostics) {
    const auto bytes = file->bytes();
    const auto header = read_at<Elf64_Ehdr>(bytes, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_type != ET_CORE) {
        return Error{ErrorCode::Unsupported, "not an ELF core file", {}};
    }
    ProcessSnapshot process;
    process.source_path = file->path();
    auto memory = std::make_shared<FileMemory>();
    memory->keep_alive(file);
    for (unsigned i = 0; i < header->e_phnum; ++i) {
        const auto segment = read_at<Elf64_Phdr>(bytes, header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) break;
        const auto content = slice(bytes, segment->p_offset, segment->p_filesz);
        if (segment->p_type == PT_NOTE) read_core_notes(parse_notes(content), process, diagnostics);
        if (segment->p_type != PT_LOAD) continue;
        const AddressRange range{{segment->p_vaddr}, {segment->p_vaddr + segment->p_memsz}};
        memory->add_region(
            {range, (segment->p_flags & PF_R) != 0, (segment->p_flags & PF_W) != 0, (segment->p_flags & PF_X) != 0, 0},
            content);
        process.mapped_bytes += segment->p_memsz;
        process.present_bytes += content.size();
    }
    memory->seal();
    process.modules = modules_of(process);
    for (Module& module : process.modules) {
        module.build_id = build_id_in_memory(*memory, module.range.begin);
        open_module_file(module, *memory);
        set_load_bias(module);
        if (module.file) memory->keep_alive(module.file);
        back_by_file(module, *memory);
    }
    memory->seal();
    process.memory = std::move(memory);
    return process;
}

}  // namespace pycore
