// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A capture as an ELF core that gdb, elfutils and pystack read as well: notes in the kernel's order, one
// segment for each run of pages that is there, and none for what is not, because readers take what a
// segment leaves out for zeros.

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_sink.h"
#include "freeze/capture.h"
#include "process/snapshot_manifest.h"

namespace pycore {

// What `capture` and the machine tell; the report is put beside it by snapshot_bytes().
SnapshotManifest describe_capture(const Capture& capture, std::string_view version);

// The file, laid out: its size is known before it is written, and its memory is not copied. `capture` outlives it.
class SnapshotImage {
public:
    // `report` is readable even if all else of the snapshot is lost.
    SnapshotImage(const Capture& capture, const SnapshotManifest& manifest, std::string_view report);

    std::uint64_t size_bytes() const { return size_; }
    Result<void> write(const ByteSink& sink) const;

private:
    std::string headers_;  // all before the memory
    std::vector<AddressRange> runs_;
    const Capture* capture_;
    std::uint64_t size_ = 0;
};

// All of it in one piece.
std::string snapshot_bytes(const Capture& capture, const SnapshotManifest& manifest, std::string_view report);

}  // namespace pycore
