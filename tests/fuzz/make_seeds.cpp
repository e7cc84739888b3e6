// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Writes the inputs that fuzzing begins with, a folder a target:
//     fuzz_seeds FOLDER
#include <elf.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "fuzz/target.h"
#include "python/line_table.h"
#include "support/core_builder.h"
#include "support/pack.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

using namespace pycore;

namespace {

using layout::LineTableFormat;
using test::CoreBuilder;

std::filesystem::path folder;

void write(const std::string& target, const std::string& content) {
    static int number = 0;
    std::filesystem::create_directories(folder / target);
    std::ofstream(folder / target / ("seed-" + std::to_string(number++)), std::ios::binary) << content;
}

std::string text_of(fuzz::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

template <typename T>
std::string raw(const T& value) {
    return text_of(std::as_bytes(std::span(&value, 1)));
}

// CPython's own tables, as the test of line tables has them.
struct Run {
    std::int64_t begin, end;
    int line, end_line, column, end_column;
};
struct Vector {
    LineTableFormat format;
    const char* name;
    int first_line;
    std::string_view table;
    std::vector<Run> runs;
};

std::string from_hex(std::string_view digits) {
    std::string text;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        text += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    }
    return text;
}

void write_line_tables() {
    const std::vector<Vector> vectors = {
#include "python/line_table_vectors.inc"
    };
    for (const Vector& each : vectors) {
        const auto format = static_cast<char>(each.format);
        write("line_table", format + raw(std::int32_t{each.first_line}) + raw(std::int32_t{4}) + from_hex(each.table));
    }
}

void write_debug_offsets() {
    for (const test::Build& build : test::all_builds()) {
        const test::RuntimeBuilder python(build);
        if (!python.traits().self_describing) continue;
        std::string table(888, '\0');
        python.get_bytes(python.runtime(), std::as_writable_bytes(std::span(table)));
        write("debug_offsets", table);
    }
}

void write_cores() {
    for (const auto style : {CoreBuilder::Style::Kernel, CoreBuilder::Style::Gdb}) {
        CoreBuilder core(style);
        core.set_process(7, 1, 0, "python3", "python3 x.py").add_auxiliary(AT_RANDOM, 0x1080);
        core.add_thread({.tid = 7, .pc = 0x1000, .signal = 11, .siginfo = test::siginfo(11, 1, 0x10)});
        core.add_thread({.tid = 8, .sp = 0x1000});
        core.add_file_mapping({{0x1000}, {0x2000}}, 0, "/fuzz/lib.so");
        core.add_memory(0x1000, std::vector(0x100, std::byte{1}), 6, 0x1000)
            .add_memory(0x3000, std::string("\x7f"
                                            "ELF"));
        const auto bytes = core.build();
        write("core", text_of(bytes));
        Elf64_Phdr note;
        std::memcpy(&note, bytes.data() + sizeof(Elf64_Ehdr), sizeof(note));
        write("core_notes", text_of(std::span(bytes).subspan(note.p_offset, note.p_filesz)));
    }
}

// Sound things need no more than their number; a damage or two shows what a record looks like.
void write_damages() {
    for (int number = 0; number < 16; ++number) {
        const auto which = static_cast<char>(number);
        const std::string record("\x10\x00\x04\x00\xff\xff\xff\xff\x40\x01\x03\x3f\x00\x00\x00\x00", 16);
        for (const char* target : {"modules", "objects", "python", "pipeline"}) {
            if (number < 2 || std::strcmp(target, "modules") != 0) write(target, which + record);
        }
    }
}

void write_elf_files() {
    for (const char* path : {PYCORE_SEED_OBJECTS}) {
        std::ifstream file(path, std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        for (const char* target : {"symbols", "dwarf"}) write(target, content);
        for (const int pc : {0x2f0, 0x2f8, 0x320, 0x350, 0x390, 0x3c0}) {
            std::string stack;
            for (std::uint16_t i = 0; i < 64; ++i) stack += raw(static_cast<std::uint16_t>(0x1000 + i % 8 * 13));
            write("unwind", raw(static_cast<std::uint16_t>(pc)) + raw(std::uint16_t{64}) + stack + content);
        }
    }
}

void write_packed() {
    const std::string text = std::string(
                                 "\x7f"
                                 "ELF") +
                             std::string(5000, '\0') + "some text, some text, some text";
    for (const auto pack : {test::pack_zstd, test::pack_lz4, test::pack_xz, test::pack_gzip}) {
        write("unpack", pack(text));
        write("unpack", pack(text) + pack("more"));
    }
}

void write_words() {
    using namespace std::string_literals;
    write("arguments",
          "\0core.1\0--native=all\0--thread\0"
          "12\0-v\0"s);
    write("arguments", "\1--format\0json\0core.1\0-o\0out\0"s);
    write("arguments", "\2--sysroot=/x\0--debug-dir\0/a\0--debug-dir\0/b\0--\0core\0"s);
    write("arguments",
          "\3--pid\0"
          "1\0--color=never\0--executable\0/x\0--debuginfod\0"s);
    const std::string columns("\1\0\4\0", 4);
    for (const char* name : {"N5boost6system14error_categoryE", "NSt6vectorIiSaIiEE9push_backEOi", "ZN1aC1Ev"}) {
        write("text", "\1" + columns + name);
    }
    write("text", "\2" + columns + "NvCs1234_7mycrate3foo");
    write("text", "\0"s + columns + "\x1b[31m caf\xc3\xa9 \xe2\x80\xae \xed\xb2\x80 \xff\t\r\n\x9b");
}

// A class and its base that say nothing, and a what() that says what is in its object.
void write_exceptions() {
    const auto at = [](std::uint16_t where) { return raw(where); };
    const std::string code("\x48\x8b\x47\x08\xc3\0\0\0", 8);  // mov rax, [rdi + 8]; ret
    const std::string meta = "N10__cxxabiv120__si_class_type_infoE";
    std::string memory = code;  // 0
    memory.resize(0x100);
    memory += meta;  // 0x100
    memory.resize(0x180);
    memory += "St13runtime_error";  // 0x180
    memory.resize(0x1c0);
    memory += "St9exception";  // 0x1c0
    memory.resize(0x400);
    const std::pair<std::uint16_t, std::uint16_t> pointers[] = {
        {0x210, 0x000}, {0x200, 0x200}, {0x208, 0x1c0},                   // a virtual table with what(); the object
        {0x248, 0x180}, {0x250, 0x280}, {0x240, 0x308},                   // its type: name, base, virtual table
        {0x280, 0x308}, {0x288, 0x1c0}, {0x300, 0x340}, {0x348, 0x100}};  // the base; type of types
    std::string seed = "\x04" + at(0x240) + at(0x200) + static_cast<char>(std::size(pointers));
    for (const auto& [where, whither] : pointers) seed += at(where) + at(whither);
    write("exception", seed + memory);
}

// What saved documents begin with; the corpus has whole ones.
void write_saved() {
    write("saved", R"({"schema": "pycore/merge-part/1", "frames": [], "roles": [], "stacks": [], "members": []})");
    write("saved", R"({"schema": "pycore/stacks/1", "threads": [{"frames": [{"kind": "python"}]}]})");
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 2;
    folder = words[1];
    write_line_tables();
    write_debug_offsets();
    write_cores();
    write_damages();
    write_elf_files();
    write_packed();
    write_words();
    write_saved();
    write_exceptions();
    return 0;
}
