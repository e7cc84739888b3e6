// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/seekable_zstd.h"

#include <zstd.h>

#include <cstdint>
#include <memory>

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

Result<std::string> compress_seekable(std::string_view bytes) {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    std::string out;
    std::string table;  // packed and unpacked size of each frame
    std::uint32_t frames = 0;
    std::string buffer(ZSTD_compressBound(kFrame), '\0');
    for (std::size_t at = 0; at < bytes.size(); at += kFrame, ++frames) {
        const std::string_view frame = bytes.substr(at, kFrame);
        const std::size_t size =
            ZSTD_compress2(context.get(), buffer.data(), buffer.size(), frame.data(), frame.size());
        if (ZSTD_isError(size)) return Error{ErrorCode::Io, ZSTD_getErrorName(size), {}};
        out.append(buffer, 0, size);
        append_number(table, static_cast<std::uint32_t>(size));
        append_number(table, static_cast<std::uint32_t>(frame.size()));
    }
    constexpr std::uint32_t kFooter = 9;
    append_number(out, kSkippableFrame);
    append_number(out, static_cast<std::uint32_t>(table.size()) + kFooter);
    out += table;
    append_number(out, frames);
    out += '\0';  // no checksums in the table: the frames have theirs
    append_number(out, kSeekTable);
    return out;
}

}  // namespace pycore
