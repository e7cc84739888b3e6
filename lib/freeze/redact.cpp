// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/redact.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <sstream>

namespace pycore {
namespace {

constexpr std::byte kFiller{'x'};
constexpr std::size_t kShortestText = 4;        // bytes or UCS-4 characters
constexpr std::size_t kLargestStructure = 128;  // bytes; of those that lie on stacks

bool is_text(std::byte byte) {
    const auto value = std::to_integer<unsigned>(byte);
    return (value >= 0x20 && value != 0x7f) || value == '\t' || value == '\n';
}

// Neither a number of either sign that fits into 32 bits, nor an address of user space.
bool is_dense(std::uint64_t word) { return word >> 47 != 0 && word < 0xffffffff00000000ULL; }

class Redactor {
public:
    Redactor(std::span<std::byte> bytes, Address begin, const std::vector<AddressRange>& kept)
        : bytes_(bytes), begin_(begin), kept_(kept) {}

    void run() {
        const std::vector<std::byte> original(bytes_.begin(), bytes_.end());
        wipe_runs(original);
        wipe_wide_runs(original);
        for (std::size_t at = 0; at + 8 <= original.size(); at += 8) {
            std::uint64_t word;
            std::memcpy(&word, original.data() + at, sizeof(word));
            if (is_dense(word)) wipe(at, at + 8);
        }
    }

    void wipe(std::size_t from, std::size_t to) {
        for (std::size_t at = from; at < std::min(to, bytes_.size());) {
            const Address address = begin_ + at;
            const auto next = std::partition_point(kept_.begin(), kept_.end(),
                                                   [&](const AddressRange& range) { return range.end <= address; });
            if (next != kept_.end() && next->contains(address)) {
                at = next->end - begin_;
                continue;
            }
            const std::size_t end = next == kept_.end() ? to : std::min<std::uint64_t>(to, next->begin - begin_);
            std::fill(bytes_.begin() + at, bytes_.begin() + std::min(end, bytes_.size()), kFiller);
            at = end;
        }
    }

private:
    // Of ASCII, or of UTF-8, whose other bytes are above it.
    void wipe_runs(const std::vector<std::byte>& original) {
        for (std::size_t at = 0, end; at < original.size(); at = end + 1) {
            for (end = at; end < original.size() && is_text(original[end]);) ++end;
            // The high bytes of addresses that follow each other are text by chance: the shortest runs are left there.
            if (end - at >= kShortestText) wipe_text(at, end, original);
        }
    }

    // What is no part of an address.
    void wipe_text(std::size_t from, std::size_t to, const std::vector<std::byte>& original) {
        for (std::size_t at = from; at < to;) {
            const std::size_t word_at = at / 8 * 8;
            const std::size_t end = std::min(to, word_at + 8);
            std::uint64_t word = 0;
            if (word_at + 8 <= original.size()) std::memcpy(&word, original.data() + word_at, sizeof(word));
            const bool may_be_address = word >> 47 == 0 && word >> 40 >= 0x55 && to - from <= 6;
            if (!may_be_address) wipe(at, end);
            at = end;
        }
    }

    // UCS-4: characters beyond U+FFFF make all of a str that wide.
    void wipe_wide_runs(const std::vector<std::byte>& original) {
        const auto is_character = [&](std::size_t at) {
            std::uint32_t character;
            std::memcpy(&character, original.data() + at, sizeof(character));
            return character >= 0x20 && character < 0x110000;
        };
        for (std::size_t at = 0, end; at + 4 <= original.size(); at = end + 4) {
            for (end = at; end + 4 <= original.size() && is_character(end);) end += 4;
            if (end - at >= kShortestText * 4) wipe(at, end);
        }
    }

    std::span<std::byte> bytes_;
    Address begin_;
    const std::vector<AddressRange>& kept_;
};

// Arguments and environment, as the kernel laid them out (proc(5), /proc/PID/stat, fields 48 to 51).
std::vector<AddressRange> arguments_of(std::int64_t task) {
    const auto text = read_proc_file(fmt::format("/proc/{}/stat", task));
    const std::size_t name_end = text ? text->rfind(") ") : std::string::npos;
    if (name_end == std::string::npos) return {};
    std::istringstream words(text->substr(name_end + 2));
    std::string skipped;
    for (int field = 3; field < 48; ++field) words >> skipped;
    std::uint64_t bounds[4] = {};
    for (auto& bound : bounds) words >> bound;
    return {{{bounds[0]}, {bounds[1]}}, {{bounds[2]}, {bounds[3]}}};
}

bool is_of_module(const Capture& capture, const AddressRange& run) {
    const Module* module = capture.process.snapshot.find_module(run.begin);
    return module != nullptr || run.begin == capture.process.snapshot.auxiliary.vdso;
}

bool is_stack(const Capture& capture, const AddressRange& run) {
    return std::any_of(capture.process.snapshot.threads.begin(), capture.process.snapshot.threads.end(),
                       [&](const Thread& thread) { return run.contains(thread.registers.sp()); });
}

// No run of text fits into it.
bool is_without_text(std::uint64_t word) {
    std::size_t run = 0;
    for (int shift = 0; shift < 64; shift += 8) {
        run = is_text(static_cast<std::byte>(word >> shift)) ? run + 1 : 0;
        if (run == kShortestText) return false;
    }
    return true;
}

bool is_mapped(const Capture& capture, Address address) {
    const auto& mappings = capture.process.mappings;
    return std::any_of(mappings.begin(), mappings.end(),
                       [&](const ProcMapping& mapping) { return mapping.range.contains(address); });
}

// Frames of the interpreter lie on the stack, too: structures of addresses and small numbers.
std::vector<AddressRange> words_without_text(const Capture& capture, const AddressRange& run,
                                             const std::vector<AddressRange>& looked_at) {
    std::vector<AddressRange> words;
    const auto bytes = capture.process.pages->bytes_of(run);
    for (const AddressRange& range : looked_at) {
        if (!range.overlaps(run)) continue;
        const Address end = std::min(range.end, run.begin + bytes.size());
        Address at{(std::max(range.begin, run.begin).value + 7) / 8 * 8};
        for (; at < end && end - at >= 8; at = at + 8) {
            std::uint64_t word;
            std::memcpy(&word, bytes.data() + (at - run.begin), sizeof(word));
            if (is_without_text(word) || is_mapped(capture, Address{word})) words.push_back({at, at + 8});
        }
    }
    return words;
}

}  // namespace

void redact(Capture& capture) {
    LivePages& pages = *capture.process.pages;
    const auto kept = pages.noted_reads();
    const auto looked_at = pages.noted_reads(kLargestStructure);
    const auto arguments = arguments_of(capture.process.task);
    for (const AddressRange& run : pages.present()) {
        if (is_of_module(capture, run)) continue;
        const bool stack = is_stack(capture, run);
        const auto words = stack ? words_without_text(capture, run, looked_at) : std::vector<AddressRange>();
        Redactor redactor(pages.edit(run), run.begin, stack ? words : kept);
        redactor.run();
        for (const AddressRange& range : arguments) {
            if (!range.overlaps(run)) continue;
            redactor.wipe(range.begin > run.begin ? range.begin - run.begin : 0, range.end - run.begin);
        }
    }
    if (capture.process.snapshot.command_line) capture.process.snapshot.command_line->clear();
}

}  // namespace pycore
