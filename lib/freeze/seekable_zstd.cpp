// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/seekable_zstd.h"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace pycore {
namespace {

constexpr std::size_t kFrame = 128 << 10;  // bytes, unpacked
constexpr int kLevel = 3;
constexpr std::uint32_t kSkippableFrame = 0x184D2A5E;
constexpr std::uint32_t kSeekTable = 0x8F92EAB1;

void append_number(std::string& out, std::uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

}  // namespace

SeekableZstdWriter::SeekableZstdWriter(ByteSink sink) : sink_(std::move(sink)), context_(ZSTD_createCCtx()) {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
    packed_.resize(ZSTD_compressBound(kFrame));
}

SeekableZstdWriter::~SeekableZstdWriter() { ZSTD_freeCCtx(context_); }

Result<void> SeekableZstdWriter::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (frame_.empty() && bytes.size() >= kFrame) {
            if (auto done = write_frame(bytes.substr(0, kFrame)); !done) return done;
            bytes.remove_prefix(kFrame);
            continue;
        }
        const std::size_t size = std::min(bytes.size(), kFrame - frame_.size());
        frame_.append(bytes, 0, size);
        bytes.remove_prefix(size);
        if (frame_.size() < kFrame) continue;
        if (auto done = write_frame(frame_); !done) return done;
        frame_.clear();
    }
    return {};
}

Result<void> SeekableZstdWriter::write_frame(std::string_view frame) {
    const std::size_t size = ZSTD_compress2(context_, packed_.data(), packed_.size(), frame.data(), frame.size());
    if (ZSTD_isError(size)) return Error{ErrorCode::Io, ZSTD_getErrorName(size), {}};
    append_number(table_, static_cast<std::uint32_t>(size));
    append_number(table_, static_cast<std::uint32_t>(frame.size()));
    ++frames_;
    return sink_({packed_.data(), size});
}

Result<void> SeekableZstdWriter::finish() {
    constexpr std::uint32_t kFooter = 9;
    if (!frame_.empty()) {
        if (auto done = write_frame(frame_); !done) return done;
    }
    std::string end;
    append_number(end, kSkippableFrame);
    append_number(end, static_cast<std::uint32_t>(table_.size()) + kFooter);
    end += table_;
    append_number(end, frames_);
    end += '\0';  // no checksums in the table: the frames have theirs
    append_number(end, kSeekTable);
    return sink_(end);
}

Result<void> write_seekable(const FileContent& content, const ByteSink& sink) {
    SeekableZstdWriter writer(sink);
    if (auto done = content([&](std::string_view piece) { return writer.write(piece); }); !done) return done;
    return writer.finish();
}

Result<std::string> compress_seekable(std::string_view bytes) {
    std::string out;
    const auto keep = [&](std::string_view piece) {
        out += piece;
        return Result<void>();
    };
    auto done = write_seekable([&](const ByteSink& sink) { return sink(bytes); }, keep);
    if (!done) return std::move(done).error();
    return out;
}

}  // namespace pycore
