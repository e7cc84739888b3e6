// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/core_builder.h"

#include <elf.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace pycore::test {
namespace {

constexpr std::uint64_t kPage = 0x1000;

std::uint64_t page_up(std::uint64_t value) { return (value + kPage - 1) / kPage * kPage; }

template <typename T>
std::string raw(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

void pad(std::string& text, std::size_t unit) { text.resize((text.size() + unit - 1) / unit * unit); }

std::string note(std::uint32_t type, const std::string& description, const std::string& owner = "CORE") {
    std::string text = raw(
        Elf64_Nhdr{static_cast<std::uint32_t>(owner.size() + 1), static_cast<std::uint32_t>(description.size()), type});
    text += owner + '\0';
    pad(text, 4);
    text += description;
    pad(text, 4);
    return text;
}

Elf64_Ehdr core_header(std::size_t segments) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_CORE;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof(header);
    header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<std::uint16_t>(std::min<std::size_t>(segments, PN_XNUM));
    return header;
}

std::vector<std::byte> to_bytes(const std::string& text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    return {begin, begin + text.size()};
}

std::string to_text(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

CoreBuilder& CoreBuilder::add_thread(ThreadNote thread) {
    threads_.push_back(std::move(thread));
    return *this;
}

CoreBuilder& CoreBuilder::set_process(std::int32_t pid, std::int32_t ppid, std::uint32_t uid, std::string_view name,
                                      std::string_view arguments) {
    elf_prpsinfo info{};
    info.pr_pid = pid;
    info.pr_ppid = ppid;
    info.pr_uid = uid;
    std::memcpy(info.pr_fname, name.data(), std::min(name.size(), sizeof(info.pr_fname)));
    std::memcpy(info.pr_psargs, arguments.data(), std::min(arguments.size(), sizeof(info.pr_psargs)));
    process_ = note(NT_PRPSINFO, raw(info));
    return *this;
}

CoreBuilder& CoreBuilder::add_auxiliary(std::uint64_t type, std::uint64_t value) {
    auxiliary_.insert(auxiliary_.end(), {type, value});
    return *this;
}

CoreBuilder& CoreBuilder::add_file_mapping(AddressRange range, std::uint64_t file_offset, std::string path) {
    mappings_.push_back({range, file_offset, std::move(path)});
    return *this;
}

CoreBuilder& CoreBuilder::add_note(std::uint32_t type, std::string description) {
    more_notes_ += note(type, description);
    return *this;
}

CoreBuilder& CoreBuilder::add_memory(std::uint64_t address, std::vector<std::byte> bytes, std::uint32_t flags,
                                     std::optional<std::uint64_t> memory_size) {
    const std::uint64_t size = memory_size.value_or(bytes.size());
    segments_.push_back({address, std::move(bytes), size, flags});
    return *this;
}

CoreBuilder& CoreBuilder::add_memory(std::uint64_t address, std::string_view text, std::uint32_t flags) {
    return add_memory(address, to_bytes(std::string(text)), flags);
}

CoreBuilder& CoreBuilder::leave_out(AddressRange range, std::uint32_t flags) {
    if (style_ == Style::Kernel) add_memory(range.begin.value, {}, flags, range.size_bytes());
    return *this;
}

CoreBuilder& CoreBuilder::load(const ElfBuilder& elf, std::uint64_t load_bias, const std::string& path,
                               LoadOptions options) {
    const std::string file = to_text(elf.build());
    const std::uint64_t base = load_bias + elf.link_base;
    const Address text{base + ElfBuilder::kText};
    const Address data{base + ElfBuilder::kData / kPage * kPage};
    const std::uint64_t data_offset = ElfBuilder::kDataOffset / kPage * kPage;
    const auto dump = [&](bool wanted, Address at, std::string page, std::uint32_t flags) {
        page.resize(kPage);
        wanted ? add_memory(at.value, page, flags) : leave_out({at, at + kPage}, flags);
    };
    dump(options.dump_header, {base}, file.substr(0, kPage), PF_R);
    leave_out({text, data}, PF_R | PF_X);
    dump(options.dump_data, data, file.substr(data_offset), PF_R | PF_W);
    dump(true, data + kPage, "", PF_R | PF_W);  // .bss
    if (!options.name_mappings) return *this;
    add_file_mapping({{base}, text}, 0, path);
    add_file_mapping({text, data}, ElfBuilder::kText, path);
    add_file_mapping({data, data + kPage}, data_offset, path);
    return *this;
}

std::string CoreBuilder::thread_notes(const ThreadNote& thread) const {
    user_regs_struct user{};
    user.rip = thread.pc;
    user.rsp = thread.sp;
    user.fs_base = thread.fs_base;
    user.orig_rax = static_cast<std::uint64_t>(thread.system_call);
    elf_prstatus status{};
    status.pr_pid = thread.tid;
    status.pr_cursig = thread.signal;
    std::memcpy(&status.pr_reg, &user, sizeof(user));
    return note(NT_PRSTATUS, raw(status));
}

std::string CoreBuilder::auxiliary_note() const {
    if (auxiliary_.empty()) return {};
    std::string text;
    for (const std::uint64_t word : auxiliary_) text += raw(word);
    return note(NT_AUXV, text + std::string(16, '\0'));
}

std::string CoreBuilder::file_note() const {
    if (mappings_.empty()) return {};
    const std::uint64_t page_size = style_ == Style::Kernel ? kPage : 1;
    std::string text = raw<std::uint64_t>(mappings_.size()) + raw(page_size);
    for (const Mapping& mapping : mappings_) {
        text += raw(mapping.range.begin.value) + raw(mapping.range.end.value);
        text += raw<std::uint64_t>(mapping.file_offset / page_size);
    }
    for (const Mapping& mapping : mappings_) text += mapping.path + '\0';
    return note(NT_FILE, text);
}

std::string CoreBuilder::notes() const {
    const bool kernel = style_ == Style::Kernel;
    const std::string registers = note(NT_FPREGSET, std::string(512, 'f'));
    const std::string vectors = note(NT_X86_XSTATE, std::string(2688, 'x'), "LINUX");
    std::string process = process_.value_or("");
    std::string all = kernel ? "" : process;
    for (const ThreadNote& thread : threads_) {
        const std::string own_signal = thread.siginfo ? note(NT_SIGINFO, *thread.siginfo) : "";
        all += thread_notes(thread);
        if (kernel && &thread == &threads_.front()) all += process + own_signal + auxiliary_note() + file_note();
        all += registers + vectors;
        if (!kernel) all += own_signal;
    }
    if (!kernel || threads_.empty()) all += (kernel ? process : "") + auxiliary_note() + file_note();
    return all + more_notes_;
}

std::vector<std::byte> CoreBuilder::build() const {
    CoreBuilder sorted = *this;
    std::stable_sort(sorted.segments_.begin(), sorted.segments_.end(),
                     [](const Segment& a, const Segment& b) { return a.address < b.address; });
    return style_ == Style::Kernel ? sorted.build_kernel() : sorted.build_gdb();
}

// ELF header, program headers, notes, memory from a page boundary on, section 0 if the segments are many.
std::vector<std::byte> CoreBuilder::build_kernel() const {
    const std::string note_bytes = notes();
    const std::size_t count = segments_.size() + 1;
    Elf64_Ehdr header = core_header(count);
    std::uint64_t offset = sizeof(header) + count * sizeof(Elf64_Phdr);
    std::string table = raw(Elf64_Phdr{PT_NOTE, 0, offset, 0, 0, note_bytes.size(), 0, 4});
    offset = page_up(offset + note_bytes.size());
    std::string memory;
    for (const Segment& segment : segments_) {
        const std::uint64_t at = offset + memory.size();
        table += raw(Elf64_Phdr{PT_LOAD, segment.flags, at, segment.address, 0, segment.bytes.size(),
                                segment.memory_size, kPage});
        memory += to_text(segment.bytes);
    }
    if (count >= PN_XNUM) {
        header.e_shoff = offset + memory.size();
        header.e_shnum = 1;
        header.e_shentsize = sizeof(Elf64_Shdr);
        Elf64_Shdr section{};
        section.sh_size = 1;
        section.sh_info = static_cast<std::uint32_t>(count);
        memory += raw(section);
    }
    std::string file = raw(header) + table + note_bytes;
    pad(file, kPage);
    return to_bytes(file + memory);
}

// ELF header, program headers, memory, notes, section headers.
std::vector<std::byte> CoreBuilder::build_gdb() const {
    const std::string note_bytes = notes();
    const std::size_t count = segments_.size() + 1;
    Elf64_Ehdr header = core_header(count);
    const std::uint64_t begin = sizeof(header) + count * sizeof(Elf64_Phdr);
    std::string loads, memory;
    for (const Segment& segment : segments_) {
        loads += raw(Elf64_Phdr{PT_LOAD, segment.flags, begin + memory.size(), segment.address, 0, segment.bytes.size(),
                                segment.memory_size, 1});
        memory += to_text(segment.bytes);
    }
    const std::uint64_t notes_at = begin + memory.size();
    const std::string notes_header = raw(Elf64_Phdr{PT_NOTE, PF_R, notes_at, 0, 0, note_bytes.size(), 0, 1});
    header.e_shoff = notes_at + note_bytes.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 2;
    const std::string sections(2 * sizeof(Elf64_Shdr), '\0');
    return to_bytes(raw(header) + notes_header + loads + memory + note_bytes + sections);
}

std::string siginfo(std::int32_t number, std::int32_t code, std::uint64_t value) {
    std::string text = raw(number) + raw<std::int32_t>(0) + raw(code) + raw<std::int32_t>(0) + raw(value);
    text.resize(128);
    return text;
}

std::vector<std::byte> words(std::initializer_list<std::uint64_t> values) {
    std::string text;
    for (const std::uint64_t value : values) text += raw(value);
    return to_bytes(text);
}

}  // namespace pycore::test
