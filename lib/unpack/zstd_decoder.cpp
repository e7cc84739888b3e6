// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <zstd.h>

#include <string>

#include "unpack/decoder.h"

namespace pycore {
namespace {

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {}

    bool is_ready() const { return stream_ != nullptr; }

    // The library's own bound on the window (128 MiB) stays: a frame must not choose our memory.
    Result<Step> decode(std::span<const std::byte> input, std::span<std::byte> output) override {
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{output.data(), output.size(), 0};
        const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
        if (ZSTD_isError(left) != 0) {
            return Error{ErrorCode::Corrupt, std::string("zstd: ") + ZSTD_getErrorName(left), {}};
        }
        if (in.pos != 0 || out.pos != 0) at_end_ = left == 0;
        return Step{in.pos, out.pos};
    }

    bool at_end() const override { return at_end_; }

private:
    std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
    bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_zstd_decoder() {
    auto decoder = std::make_unique<ZstdDecoder>();
    if (!decoder->is_ready()) return Error{ErrorCode::Limit, "zstd: out of memory", {}};
    return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace pycore
