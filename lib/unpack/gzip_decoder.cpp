// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <zlib.h>

#include <algorithm>
#include <climits>
#include <string>

#include "unpack/decoder.h"

namespace pycore {
namespace {

constexpr int kGzipWindow = MAX_WBITS + 16;  // zlib.h, inflateInit2: expect a gzip header

class GzipDecoder final : public Decoder {
public:
    ~GzipDecoder() override { inflateEnd(&stream_); }

    Result<void> start() {
        if (inflateInit2(&stream_, kGzipWindow) != Z_OK) return failure("out of memory");
        return {};
    }

    Result<Step> decode(std::span<const std::byte> input, std::span<std::byte> output) override {
        if (at_end_ && !input.empty()) {
            if (find_compression(input) != Compression::Gzip) return Step{};  // padding, as gzip(1) sees it
            if (inflateReset(&stream_) != Z_OK) return failure("out of memory");
            at_end_ = false;
        }
        input = input.first(std::min<std::size_t>(input.size(), INT_MAX));
        output = output.first(std::min<std::size_t>(output.size(), INT_MAX));
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));  // reads only
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef*>(output.data());
        stream_.avail_out = static_cast<uInt>(output.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
            return failure(stream_.msg != nullptr ? stream_.msg : "the data is corrupt");
        }
        at_end_ = at_end_ || status == Z_STREAM_END;
        return Step{input.size() - stream_.avail_in, output.size() - stream_.avail_out};
    }

    bool at_end() const override { return at_end_; }

private:
    static Error failure(const char* why) { return {ErrorCode::Corrupt, std::string("gzip: ") + why, {}}; }

    z_stream stream_{};
    bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_gzip_decoder() {
    auto decoder = std::make_unique<GzipDecoder>();
    if (auto started = decoder->start(); !started) return std::move(started).error();
    return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace pycore
