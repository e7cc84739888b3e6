// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// CoreBuilder writes ELF cores of x86-64 as the kernel or gdb's gcore do: the same order of notes and
// parts, the same page sizes and alignments. What a test does not set is left out, so that a core
// without NT_FILE, without threads, or without anything is as easy as a whole one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "support/elf_builder.h"

namespace pycore::test {

class CoreBuilder {
public:
    enum class Style { Kernel, Gdb };

    struct ThreadNote {
        std::int32_t tid = 1;
        std::uint64_t pc = 0;
        std::uint64_t sp = 0;
        std::uint64_t fs_base = 0;
        std::int64_t system_call = -1;
        std::int16_t signal = 0;                  // pr_cursig
        std::optional<std::string> siginfo = {};  // 128 bytes of NT_SIGINFO
    };

    explicit CoreBuilder(Style style = Style::Kernel) : style_(style) {}

    CoreBuilder& add_thread(ThreadNote thread);
    CoreBuilder& set_process(std::int32_t pid, std::int32_t ppid, std::uint32_t uid, std::string_view name,
                             std::string_view arguments);
    CoreBuilder& add_auxiliary(std::uint64_t type, std::uint64_t value);
    CoreBuilder& add_file_mapping(AddressRange range, std::uint64_t file_offset, std::string path);
    // A note more, of owner "CORE", behind the others.
    CoreBuilder& add_note(std::uint32_t type, std::string description);
    CoreBuilder& add_memory(std::uint64_t address, std::vector<std::byte> bytes, std::uint32_t flags = 6,
                            std::optional<std::uint64_t> memory_size = {});
    CoreBuilder& add_memory(std::uint64_t address, std::string_view text, std::uint32_t flags = 6);
    // A mapping that is not dumped: the kernel writes an empty segment, gdb none.
    CoreBuilder& leave_out(AddressRange range, std::uint32_t flags);
    struct LoadOptions {
        bool dump_header = true;
        bool dump_data = true;
        bool name_mappings = true;  // in NT_FILE
    };
    // Maps a module as ld.so does. What is not dumped is left out, as its code always is.
    CoreBuilder& load(const ElfBuilder& elf, std::uint64_t load_bias, const std::string& path, LoadOptions options);
    CoreBuilder& load(const ElfBuilder& elf, std::uint64_t load_bias, const std::string& path) {
        return load(elf, load_bias, path, {true, true, true});
    }

    std::vector<std::byte> build() const;

private:
    struct Segment {
        std::uint64_t address;
        std::vector<std::byte> bytes;
        std::uint64_t memory_size;
        std::uint32_t flags;
    };
    struct Mapping {
        AddressRange range;
        std::uint64_t file_offset;
        std::string path;
    };

    std::string notes() const;
    std::string thread_notes(const ThreadNote& thread) const;
    std::string auxiliary_note() const;
    std::string file_note() const;
    std::vector<std::byte> build_kernel() const;
    std::vector<std::byte> build_gdb() const;

    Style style_;
    std::vector<ThreadNote> threads_;
    std::optional<std::string> process_;
    std::vector<std::uint64_t> auxiliary_;
    std::vector<Mapping> mappings_;
    std::string more_notes_;
    std::vector<Segment> segments_;
};

// 128 bytes of siginfo_t; `value` is the fault address or the sender's pid.
std::string siginfo(std::int32_t number, std::int32_t code, std::uint64_t value = 0);

// Pieces of memory: words one behind the other.
std::vector<std::byte> words(std::initializer_list<std::uint64_t> values);

}  // namespace pycore::test
