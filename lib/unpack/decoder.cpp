// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "unpack/decoder.h"

#include <algorithm>
#include <cstring>

namespace pycore {
namespace {

struct Magic {
    std::string_view bytes;
    Compression compression;
};

constexpr Magic kMagics[] = {
    {"\x28\xb5\x2f\xfd", Compression::Zstd},
    {"\x04\x22\x4d\x18", Compression::Lz4},  // the frame format, which systemd and lz4(1) write
    {"\xfd\x37zXZ", Compression::Xz},
    {"\x1f\x8b\x08", Compression::Gzip},
};

}  // namespace

std::optional<Compression> find_compression(std::span<const std::byte> bytes) {
    for (const Magic& magic : kMagics) {
        if (bytes.size() < magic.bytes.size()) continue;
        if (std::memcmp(bytes.data(), magic.bytes.data(), magic.bytes.size()) == 0) return magic.compression;
    }
    return std::nullopt;
}

std::string_view to_string(Compression compression) {
    switch (compression) {
        case Compression::Zstd: return "zstd";
        case Compression::Lz4: return "lz4";
        case Compression::Xz: return "xz";
        case Compression::Gzip: return "gzip";
    }
    return "unknown";
}

Result<std::unique_ptr<Decoder>> make_decoder(Compression compression) {
    switch (compression) {
        case Compression::Zstd: return make_zstd_decoder();
        case Compression::Lz4: return make_lz4_decoder();
        case Compression::Xz: return make_xz_decoder();
        case Compression::Gzip: return make_gzip_decoder();
    }
    return Error{ErrorCode::InvalidArgument, "no such compression", {}};
}

}  // namespace pycore
