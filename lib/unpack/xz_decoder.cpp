// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <lzma.h>

#include <string>
#include <string_view>

#include "unpack/decoder.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxMemory = 128 << 20;  // bytes; `xz -9` needs 65 MiB

std::string_view describe(lzma_ret status) {
    switch (status) {
        case LZMA_MEMLIMIT_ERROR: return "it needs more than 128 MiB of memory to unpack";
        case LZMA_MEM_ERROR: return "out of memory";
        case LZMA_FORMAT_ERROR: return "not the xz format";
        case LZMA_OPTIONS_ERROR: return "written with options that liblzma does not know";
        default: return "the data is corrupt";
    }
}

class XzDecoder final : public Decoder {
public:
    ~XzDecoder() override { lzma_end(&stream_); }

    Result<void> start() {
        // Streams are taken one by one, so that the end of each is seen.
        const lzma_ret status = lzma_stream_decoder(&stream_, kMaxMemory, 0);
        if (status != LZMA_OK) return failure(status);
        return {};
    }

    Result<Step> decode(std::span<const std::byte> input, std::span<std::byte> output) override {
        if (at_end_ && !input.empty()) return start_next(input);
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
        stream_.avail_in = input.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
        stream_.avail_out = output.size();
        const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
        if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR) return failure(status);
        at_end_ = at_end_ || status == LZMA_STREAM_END;
        return Step{input.size() - stream_.avail_in, output.size() - stream_.avail_out};
    }

    bool at_end() const override { return at_end_; }

private:
    static Error failure(lzma_ret status) { return {ErrorCode::Corrupt, "xz: " + std::string(describe(status)), {}}; }

    // Streams may be padded with zeros in fours.
    Result<Step> start_next(std::span<const std::byte> input) {
        if (input.front() == std::byte{0}) return Step{1, 0};
        if (auto started = start(); !started) return std::move(started).error();
        at_end_ = false;
        return decode(input, {});
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_xz_decoder() {
    auto decoder = std::make_unique<XzDecoder>();
    if (auto started = decoder->start(); !started) return std::move(started).error();
    return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace pycore
