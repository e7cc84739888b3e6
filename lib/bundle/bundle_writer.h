// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Writes a bundle (archive/file_bundle.h, docs/snapshot-format.md): its table, the core, the files.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "bundle/bundle_files.h"

namespace pycore {

struct BundledCore {
    std::uint64_t size_bytes = 0;
    FileContent content;
};

// `time`: of its members, seconds since the epoch. `state` must live: sources may be its texts.
Result<void> write_bundle(const BundledCore& core, const BundleFiles& files, std::string_view version,
                          std::int64_t time, const ByteSink& sink);

}  // namespace pycore
