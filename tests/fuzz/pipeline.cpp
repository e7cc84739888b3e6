// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Everything, from the file to the reports, over a real core of each CPython (testdata/stored). u8 which
// core; then damages, whose places are the words that a reading of the sound core touched, behind those of
// its headers and notes.
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "fuzz/damage.h"
#include "fuzz/memory_file.h"
#include "fuzz/touched_memory.h"
#include "native/unwinder.h"
#include "process/core_headers.h"
#include "process/core_process.h"
#include "pycore.h"
#include "python/read_python.h"
#include "report/json_writer.h"
#include "report/text_writer.h"
#include "unpack/unpack_file.h"

namespace pycore::fuzz {
namespace {

constexpr std::uint64_t kMaxHeaderWords = 4096;

std::uint64_t word_at(Bytes bytes, std::uint64_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + offset, sizeof(word));
    return word;
}

class StoredCore {
public:
    explicit StoredCore(const std::string& path) : content_(unpack(path)), file_(content_) {
        Diagnostics diagnostics;
        headers_ = *parse_core_headers(content_, diagnostics);
        auto process = *open_core(plain_core(file_.map()), {}, diagnostics);
        const auto memory = std::make_shared<TouchedMemory>(process.memory);
        process.memory = memory;
        PythonReadOptions options;
        options.locals = LocalsDepth::Values;
        static_cast<void>(read_python(process, options, diagnostics));
        for (const Thread& thread : process.threads) Unwinder(process).unwind(thread);
        list_places(memory->touched());
    }

    // Its file with damage; the next call undoes it.
    std::string damaged(Choices& choices) {
        for (const std::uint64_t offset : written_) write(offset, word_at(content_, offset));
        written_.clear();
        for (const Damage& damage : all_damages(choices)) {
            const std::uint64_t offset = places_[damage.place % places_.size()];
            write(offset, damage.apply(word_at(content_, offset), others_));
            written_.push_back(offset);
        }
        return file_.path();
    }

private:
    static std::vector<std::byte> unpack(const std::string& path) {
        const auto packed = *MappedFile::open(path);
        const auto unpacked = *unpack_file(*packed, Compression::Xz);
        return {unpacked.file->bytes().begin(), unpacked.file->bytes().end()};
    }

    void list_places(const std::vector<Address>& touched) {
        const std::uint64_t first = std::min<std::uint64_t>(kMaxHeaderWords, content_.size() / 8);
        for (std::uint64_t i = 0; i < first; ++i) places_.push_back(i * 8);
        for (const Address address : touched) {
            if (const auto offset = offset_of(address)) places_.push_back(*offset);
        }
        for (const std::uint64_t offset : places_) {
            if (others_.size() < 4096 && offset_of({word_at(content_, offset)})) {
                others_.push_back(word_at(content_, offset));
            }
        }
    }

    std::optional<std::uint64_t> offset_of(Address address) const {
        for (const ElfSegment& segment : headers_.segments) {
            if (address.value < segment.link_address) continue;
            const std::uint64_t skip = address.value - segment.link_address;
            if (segment.type == 1 && skip + 8 <= segment.file_size && segment.offset + skip + 8 <= content_.size()) {
                return segment.offset + skip;
            }
        }
        return std::nullopt;
    }

    void write(std::uint64_t offset, std::uint64_t word) const {
        file_.write_at(offset, std::as_bytes(std::span(&word, 1)));
    }

    std::vector<std::byte> content_;
    MemoryFile file_;
    CoreHeaders headers_;
    std::vector<std::uint64_t> places_;  // file offsets
    std::vector<std::uint64_t> others_;
    std::vector<std::uint64_t> written_;
};

std::vector<std::string> stored_paths() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(PYCORE_STORED_CORES)) {
        if (entry.path().extension() == ".xz") paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    if (paths.empty()) std::exit(2);
    return paths;
}

StoredCore& stored_core(std::size_t number) {
    static const std::vector<std::string> paths = stored_paths();
    static std::vector<std::unique_ptr<StoredCore>> cores(paths.size());
    auto& core = cores[number % paths.size()];
    if (!core) core = std::make_unique<StoredCore>(paths[number % paths.size()]);
    return *core;
}

void tell(const ProcessState& state) {
    for (const auto write :
         {write_stacks_text, write_threads_text, write_gil_text, write_info_text, write_modules_text}) {
        const std::string text = write(state, {});
        if (std::any_of(text.begin(), text.end(),
                        [](char c) { return (c < ' ' && c != '\n' && c >= 0) || c == 0x7f; })) {
            std::fprintf(stderr, "fuzz: a control character comes through\n");
            std::abort();
        }
    }
    for (const auto write :
         {write_stacks_json, write_threads_json, write_gil_json, write_info_json, write_modules_json}) {
        write(state, {});
    }
}

}  // namespace

void fuzz_pipeline(Bytes input) {
    Choices choices(input);
    StoredCore& core = stored_core(choices.number<std::uint8_t>());
    ReadOptions options;
    options.locals = LocalsDepth::Values;
    const auto state = read_process(core.damaged(choices), options);
    if (state) tell(*state);
}

}  // namespace pycore::fuzz
