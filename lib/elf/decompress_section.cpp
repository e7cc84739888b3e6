// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/decompress_section.h"

#include <elf.h>
#include <zlib.h>
#include <zstd.h>
#if PYCORE_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include <memory>
#include <optional>

#include "base/byte_reader.h"

namespace pycore {
namespace {

constexpr std::uint32_t kCompressedByZstd = 2;  // ELFCOMPRESS_ZSTD, in elf.h since glibc 2.37
// Deflate packs 1032:1 at most, zstd more, but not text; a header that claims more than this is not
// believed, so that no allocation is large for a small file.
constexpr std::uint64_t kMaxRatio = 4096;

#if PYCORE_HAVE_LIBDEFLATE

bool inflate_zlib(std::span<const std::byte> packed, std::span<std::byte> out) {
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!decompressor) return false;
    // Without a place for the real size, any other size than out.size() is an error.
    return libdeflate_zlib_decompress(decompressor.get(), packed.data(), packed.size(), out.data(), out.size(),
                                      nullptr) == LIBDEFLATE_SUCCESS;
}

#else

bool inflate_zlib(std::span<const std::byte> packed, std::span<std::byte> out) {
    uLongf size = out.size();
    const int status = ::uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                                    reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    return status == Z_OK && size == out.size();
}

#endif

bool inflate_zstd(std::span<const std::byte> packed, std::span<std::byte> out) {
    return ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()) == out.size();
}

Error damaged(const char* why) { return {ErrorCode::Corrupt, why, {}}; }

}  // namespace

Result<OwnedBytes> decompress_section(std::span<const std::byte> section) {
    const auto header = read_at<Elf64_Chdr>(section, 0);
    if (!header) return damaged("a compressed section without a header");
    const auto packed = section.subspan(sizeof(*header));
    if (header->ch_size > kMaxDecompressedSection || header->ch_size / kMaxRatio > packed.size()) {
        return damaged("a compressed section of a size that cannot be");
    }
    OwnedBytes out{std::make_unique_for_overwrite<std::byte[]>(header->ch_size), header->ch_size};
    bool done = false;
    switch (header->ch_type) {
        case ELFCOMPRESS_ZLIB: done = inflate_zlib(packed, out.bytes()); break;
        case kCompressedByZstd: done = inflate_zstd(packed, out.bytes()); break;
        default: return Error{ErrorCode::Unsupported, "a section is compressed in an unknown way", {}};
    }
    if (!done) return damaged("a compressed section cannot be unpacked");
    return out;
}

}  // namespace pycore
