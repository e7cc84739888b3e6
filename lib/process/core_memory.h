// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The memory of a core: its PT_LOAD segments over the mapped file. A segment may name fewer bytes than
// it covers (left out when it was dumped: coredump_filter) or bytes behind the end of a file that was
// cut. Both read as Absent; they differ in whether a module file may stand in for them.

#include <memory>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "base/interval_map.h"
#include "memory/file_memory.h"
#include "process/core_headers.h"
#include "process/process_snapshot.h"

namespace pycore {

struct LoadSegment {
    AddressRange range;
    bool readable = false;
    bool writable = false;
    bool executable = false;
    std::span<const std::byte> bytes;  // what the file holds of it, from range.begin on
    bool left_out = false;             // nothing of it was dumped
    bool cut = false;                  // more of it was dumped than the file still holds
};

using SegmentMap = IntervalMap<const LoadSegment*>;

// In the order of the file; sizes and addresses are cut to what can be.
std::vector<LoadSegment> load_segments(const CoreHeaders& headers, std::span<const std::byte> file);

// gdb 13 writes zeros for stacks that it cannot read whole (guard pages inside the mapping: glibc 2.42
// and newer): such a segment is told, and its bytes count as absent.
void drop_zeroed_stacks(std::vector<LoadSegment>& segments, const std::vector<Thread>& threads,
                        Diagnostics& diagnostics);

void add_segments(const std::vector<LoadSegment>& segments, FileMemory& memory);
SegmentMap map_segments(const std::vector<LoadSegment>& segments);

}  // namespace pycore
