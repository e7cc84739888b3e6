// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_layout.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "elf/elf_notes.h"

namespace pycore {
namespace {

constexpr std::uint64_t kPageSize = 4096;
constexpr std::size_t kFewestNeighbours = 4;  // below, one damaged header is no minority

std::uint64_t file_end(const ElfSegment& segment) { return segment.offset + segment.file_size; }

class LayoutRepair {
public:
    explicit LayoutRepair(std::vector<ElfSegment*> segments) : segments_(std::move(segments)) {}

    bool is_gapless() const;
    bool is_ascending() const;
    void repair_types();
    void repair_places();
    void repair_addresses();
    void tell(Diagnostics& diagnostics) const;
    bool has_lost() const { return lost_ > 0; }

private:
    std::size_t size() const { return segments_.size(); }
    ElfSegment& at(std::size_t i) { return *segments_[i]; }
    // Whether segment i+1 begins in the file where segment i ends.
    bool touch(std::size_t i) const { return file_end(*segments_[i]) == segments_[i + 1]->offset; }
    void repair_place(std::size_t i);
    void repair_shifted();
    bool repair_address(std::size_t i);
    bool touches_before(std::size_t i, std::uint64_t address) const;
    void repair_file_size(std::size_t i);
    void lose_bytes(std::size_t i);

    std::vector<ElfSegment*> segments_;  // PT_LOAD, in the order of the table
    std::size_t repaired_ = 0;
    std::size_t lost_ = 0;
};

bool LayoutRepair::is_gapless() const {
    if (size() <= kFewestNeighbours) return false;
    std::size_t touching = 0;
    for (std::size_t i = 0; i + 1 < size(); ++i) touching += touch(i) ? 1 : 0;
    return touching * 4 >= (size() - 1) * 3;
}

// Linux 6.14 and later may sort segments by their size (sysctl kernel.core_sort_vma).
bool LayoutRepair::is_ascending() const {
    if (size() <= kFewestNeighbours) return false;
    std::size_t ascending = 0;
    for (std::size_t i = 0; i + 1 < size(); ++i) {
        ascending += segments_[i]->link_address < segments_[i + 1]->link_address ? 1 : 0;
    }
    return ascending * 4 >= (size() - 1) * 3;
}

void LayoutRepair::repair_types() {
    for (ElfSegment* segment : segments_) {
        if (segment->type == PT_LOAD) continue;
        segment->type = PT_LOAD;
        ++repaired_;
    }
}

void LayoutRepair::repair_places() {
    for (std::size_t i = 0; i < size(); ++i) {
        const bool fits_before = i == 0 || touch(i - 1);
        const bool fits_behind = i + 1 == size() || touch(i);
        if (!fits_before) {
            repair_place(i);
        } else if (!fits_behind) {
            repair_file_size(i);
        }
    }
}

// The one before was put right already, so this one's offset is wrong.
void LayoutRepair::repair_place(std::size_t i) {
    const std::uint64_t begin = file_end(at(i - 1));
    const bool only_value = i + 1 == size() || begin + at(i).file_size == at(i + 1).offset;
    at(i).offset = begin;
    ++repaired_;
    if (!only_value) repair_file_size(i);
}

void LayoutRepair::repair_file_size(std::size_t i) {
    // Where the next one does not fit to the one behind it either, the next one is the damaged one. Of
    // the last two, the size tells: producers dump all of a mapping, its first page, or nothing.
    const std::uint64_t size_bytes = at(i + 1).offset - at(i).offset;
    const bool usual = size_bytes == at(i).memory_size || size_bytes == kPageSize || size_bytes == 0;
    const bool next_is_sound = i + 2 < size() ? touch(i + 1) : usual;
    if (!next_is_sound) return;
    if (at(i + 1).offset < at(i).offset || size_bytes > at(i).memory_size) {
        lose_bytes(i);
        return;
    }
    at(i).file_size = size_bytes;
    ++repaired_;
}

void LayoutRepair::lose_bytes(std::size_t i) {
    // The next one's place is right, so nothing of this one may reach into it.
    at(i).file_size = 0;
    if (i + 1 < size()) at(i).offset = at(i + 1).offset;
    ++lost_;
}

// A mapping that fills the gap between its neighbours to the byte begins where the first of them ends.
void LayoutRepair::repair_shifted() {
    for (std::size_t i = 1; i + 1 < size(); ++i) {
        const std::uint64_t before = at(i - 1).link_address + at(i - 1).memory_size;
        if (at(i).link_address == before || before + at(i).memory_size != at(i + 1).link_address) continue;
        at(i).link_address = before;
        ++repaired_;
    }
}

// An address that is not between its neighbours', or in the middle of a page, is wrong. A mapping that
// reaches into the next one has a wrong size if it begins where the one before it ends, else a wrong
// address.
void LayoutRepair::repair_addresses() {
    repair_shifted();
    for (std::size_t i = 0; i < size(); ++i) {
        const std::uint64_t low = i == 0 ? 0 : at(i - 1).link_address;
        const std::uint64_t high = i + 1 == size() ? UINT64_MAX : at(i + 1).link_address;
        if (at(i).memory_size < at(i).file_size) {
            at(i).memory_size = at(i).file_size;
            ++repaired_;
        }
        const bool between = low >= high || (at(i).link_address >= low && at(i).link_address < high);
        const bool reaches_next = high > at(i).link_address && at(i).memory_size > high - at(i).link_address;
        if (between && !reaches_next && at(i).link_address % kPageSize == 0) continue;
        if (between && touches_before(i, at(i).link_address)) {
            at(i).memory_size = high - at(i).link_address;
            ++repaired_;
        } else if (!repair_address(i)) {
            at(i).type = PT_NULL;
            at(i).link_address = low;
            ++lost_;
        }
    }
}

bool LayoutRepair::touches_before(std::size_t i, std::uint64_t address) const {
    return i > 0 && segments_[i - 1]->link_address + segments_[i - 1]->memory_size == address;
}

// Where the size is known to be right, an address one bit away from where the mapping would touch a
// neighbour is known too.
bool LayoutRepair::repair_address(std::size_t i) {
    if (at(i).memory_size != at(i).file_size) return false;
    const std::uint64_t before = i == 0 ? 0 : at(i - 1).link_address + at(i - 1).memory_size;
    const std::uint64_t behind = i + 1 == size() ? 0 : at(i + 1).link_address - at(i).memory_size;
    for (const std::uint64_t address : {behind, before}) {
        if (std::popcount(address ^ at(i).link_address) != 1) continue;
        at(i).link_address = address;
        ++repaired_;
        return true;
    }
    return false;
}

void LayoutRepair::tell(Diagnostics& diagnostics) const {
    if (repaired_ + lost_ == 0) return;
    diagnostics.warn({ErrorCode::Corrupt,
                      fmt::format("program headers of the core are damaged: {} were put right by their neighbours, the "
                                  "memory of {} is lost",
                                  repaired_, lost_),
                      {}});
}

// The kernel writes table, notes and memory in this order, each mapping once. gdb writes its notes last,
// and newer ones of it cut a mapping in pieces that follow no rule: nothing of it can be called damaged.
bool is_written_by_kernel(const CoreHeaders& headers) {
    return std::any_of(headers.segments.begin(), headers.segments.end(), [&](const ElfSegment& segment) {
        return segment.type == PT_NOTE && segment.offset == headers.table_end;
    });
}

// No process has such an address, whoever wrote the core: pages are aligned, and user space ends at
// 2^56 even with five-level page tables (only the vsyscall page lies above).
bool is_impossible(const ElfSegment& segment) {
    constexpr std::uint64_t kEndOfUserSpace = 1ULL << 56;
    constexpr std::uint64_t kVsyscallPage = 0xffffffffff600000;
    const bool in_user_space = segment.link_address < kEndOfUserSpace || segment.link_address == kVsyscallPage;
    return !in_user_space || segment.link_address % kPageSize != 0;
}

void lose_impossible(CoreHeaders& headers, const std::vector<ElfSegment*>& loads, Diagnostics& diagnostics) {
    std::size_t lost = 0;
    for (ElfSegment* segment : loads) {
        if (segment->type != PT_LOAD || !is_impossible(*segment)) continue;
        segment->type = PT_NULL;
        ++lost;
    }
    if (lost == 0) return;
    headers.segments_lost = true;
    diagnostics.warn(
        {ErrorCode::Corrupt,
         fmt::format("{} program headers of the core have impossible addresses; their memory is lost", lost),
         {}});
}

bool holds_notes(std::span<const std::byte> file, const ElfSegment& segment) {
    if (segment.offset >= file.size()) return false;
    const auto note = ElfNoteReader(file.subspan(segment.offset)).next();
    return note && (note->name == "CORE" || note->name == "LINUX");
}

// The kernel's notes end in the page before the memory begins.
void repair_note_size(CoreHeaders& headers, const std::vector<ElfSegment*>& loads, Diagnostics& diagnostics) {
    if (loads.empty() || loads.front()->offset % kPageSize != 0) return;
    const std::uint64_t memory = loads.front()->offset;
    for (ElfSegment& segment : headers.segments) {
        if (segment.type != PT_NOTE || segment.offset != headers.table_end || segment.offset >= memory) continue;
        const std::uint64_t end = file_end(segment);
        if (end >= segment.offset && end <= memory && memory - end < kPageSize) continue;
        diagnostics.warn({ErrorCode::Corrupt,
                          fmt::format("the size of the core's notes is damaged ({} bytes); {} are read",
                                      segment.file_size, memory - segment.offset),
                          {}});
        segment.file_size = memory - segment.offset;
    }
}

// Where notes stand without a header that says so: behind the table (kernel) or behind the memory (gdb).
void repair_notes(CoreHeaders& headers, std::span<const std::byte> file, const std::vector<ElfSegment*>& loads,
                  Diagnostics& diagnostics) {
    const auto sound = std::any_of(headers.segments.begin(), headers.segments.end(), [&](const ElfSegment& segment) {
        return segment.type == PT_NOTE && segment.file_size != 0 && holds_notes(file, segment);
    });
    if (sound || loads.empty()) return;
    ElfSegment behind_table{.type = PT_NOTE, .flags = 0, .offset = headers.table_end};
    behind_table.file_size = loads.front()->offset - std::min(loads.front()->offset, headers.table_end);
    ElfSegment behind_memory{.type = PT_NOTE, .flags = 0, .offset = file_end(*loads.back())};
    behind_memory.file_size = file.size() - std::min<std::uint64_t>(behind_memory.offset, file.size());
    for (const ElfSegment& guess : {behind_table, behind_memory}) {
        if (guess.file_size == 0 || !holds_notes(file, guess)) continue;
        headers.segments.push_back(guess);
        diagnostics.warn(
            {ErrorCode::Corrupt,
             fmt::format("no program header of the core tells of its notes; those at offset {} are read", guess.offset),
             {}});
        return;
    }
}

}  // namespace

void repair_layout(CoreHeaders& headers, std::span<const std::byte> file, Diagnostics& diagnostics) {
    std::vector<ElfSegment*> loads;
    for (ElfSegment& segment : headers.segments) {
        if (segment.type != PT_NOTE && segment.memory_size != 0) loads.push_back(&segment);
    }
    LayoutRepair repair(loads);
    if (is_written_by_kernel(headers) && repair.is_gapless()) {
        repair.repair_types();
        repair.repair_places();
        if (repair.is_ascending()) repair.repair_addresses();
        repair.tell(diagnostics);
        headers.segments_lost = repair.has_lost();
    }
    lose_impossible(headers, loads, diagnostics);
    repair_note_size(headers, loads, diagnostics);
    repair_notes(headers, file, loads, diagnostics);
}

}  // namespace pycore
