// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_memory.h"

#include <elf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/byte_reader.h"

namespace pycore {
namespace {

// More of a stack than a function without a return address on it may leave zero: the frame of the
// system call wrappers that threads wait in is below 200 bytes.
constexpr std::uint64_t kZeroBytesAtSp = 512;
constexpr std::size_t kNamedThreads = 8;

std::span<const std::byte> slice(std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset >= bytes.size()) return {};
    return bytes.subspan(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

LoadSegment load_segment(const ElfSegment& segment, std::span<const std::byte> file) {
    const Address begin{segment.link_address};
    const std::uint64_t room = UINT64_MAX - begin.value;
    const std::uint64_t size = std::min(segment.memory_size, room);
    const std::uint64_t dumped = std::min(segment.file_size, size);
    const auto bytes = slice(file, segment.offset, dumped);
    return {{begin, begin + size},
            (segment.flags & PF_R) != 0,
            (segment.flags & PF_W) != 0,
            (segment.flags & PF_X) != 0,
            bytes,
            dumped == 0,
            bytes.size() < dumped};
}

bool all_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

// The thread pointer of glibc and musl points at itself (x86-64 psABI supplement, TLS variant II), and
// lies in the same mapping as the stack of a thread that pthread_create made.
bool is_zeroed_stack(const LoadSegment& segment, const Registers& registers) {
    if (!segment.range.contains(registers.sp()) || !segment.range.contains(registers.thread_pointer)) return false;
    const auto self = read_at<std::uint64_t>(segment.bytes, registers.thread_pointer - segment.range.begin);
    const auto used = slice(segment.bytes, registers.sp() - segment.range.begin, kZeroBytesAtSp);
    return self == 0U && !used.empty() && all_zero(used);
}

}  // namespace

std::vector<LoadSegment> load_segments(const CoreHeaders& headers, std::span<const std::byte> file) {
    std::vector<LoadSegment> segments;
    for (const ElfSegment& segment : headers.segments) {
        if (segment.type == PT_LOAD && segment.memory_size != 0) segments.push_back(load_segment(segment, file));
    }
    return segments;
}

void drop_zeroed_stacks(std::vector<LoadSegment>& segments, const std::vector<Thread>& threads,
                        Diagnostics& diagnostics) {
    IntervalMap<LoadSegment*> by_address;
    for (LoadSegment& segment : segments) by_address.add(segment.range, &segment);
    by_address.seal();
    std::vector<std::int64_t> zeroed;
    std::vector<LoadSegment*> stacks;  // several stacks may share a segment
    for (const Thread& thread : threads) {
        const auto* stack = by_address.find(thread.registers.sp());
        if (stack == nullptr || !is_zeroed_stack(*stack->value, thread.registers)) continue;
        zeroed.push_back(thread.tid);
        stacks.push_back(stack->value);
    }
    for (LoadSegment* stack : stacks) stack->bytes = {};
    if (zeroed.empty()) return;
    const std::size_t count = zeroed.size();
    const bool all_named = count <= kNamedThreads;
    if (!all_named) zeroed.resize(kNamedThreads);
    diagnostics.warn({ErrorCode::Absent,
                      fmt::format("the stacks of {} threads are zeros in the core (tid {}{}): gdb 13 writes them so "
                                  "where glibc is 2.42 or newer; dump with a newer gdb or let the kernel dump",
                                  count, fmt::join(zeroed, ", "), all_named ? "" : ", ..."),
                      {}});
}

void add_segments(const std::vector<LoadSegment>& segments, FileMemory& memory) {
    for (const LoadSegment& segment : segments) {
        memory.add_region({segment.range, segment.readable, segment.writable, segment.executable, 0}, segment.bytes);
    }
}

SegmentMap map_segments(const std::vector<LoadSegment>& segments) {
    SegmentMap by_address;
    for (const LoadSegment& segment : segments) by_address.add(segment.range, &segment);
    by_address.seal();
    return by_address;
}

}  // namespace pycore
