// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Zstandard in frames of 128 KiB with a table of them at the end, in the "seekable" format 0.1.0 of the zstd
// project: `zstd -d` unpacks it like any other, and a reader can begin in the middle.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_sink.h"

struct ZSTD_CCtx_s;

namespace pycore {

// Takes a file piece by piece; what it makes of it goes to `sink` frame by frame.
class SeekableZstdWriter {
public:
    explicit SeekableZstdWriter(ByteSink sink);
    ~SeekableZstdWriter();
    SeekableZstdWriter(const SeekableZstdWriter&) = delete;
    SeekableZstdWriter& operator=(const SeekableZstdWriter&) = delete;

    Result<void> write(std::string_view bytes);
    // The last frame and the table. Nothing can be written afterwards.
    Result<void> finish();

private:
    Result<void> write_frame(std::string_view frame);

    ByteSink sink_;
    ZSTD_CCtx_s* context_;
    std::string frame_;   // what is not yet a whole frame
    std::string packed_;  // a frame
    std::string table_;   // packed and unpacked size of each frame
    std::uint32_t frames_ = 0;
};

// `content`, packed on its way into `sink`.
Result<void> write_seekable(const FileContent& content, const ByteSink& sink);
Result<std::string> compress_seekable(std::string_view bytes);

}  // namespace pycore
