// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <lz4frame.h>

#include <string>

#include "unpack/decoder.h"

namespace pycore {
namespace {

class Lz4Decoder final : public Decoder {
public:
    ~Lz4Decoder() override { LZ4F_freeDecompressionContext(context_); }

    Result<void> start() {
        const std::size_t status = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
        if (LZ4F_isError(status) != 0) return failure(status);
        return {};
    }

    Result<Step> decode(std::span<const std::byte> input, std::span<std::byte> output) override {
        Step step{input.size(), output.size()};
        const std::size_t left =
            LZ4F_decompress(context_, output.data(), &step.produced, input.data(), &step.consumed, nullptr);
        if (LZ4F_isError(left) != 0) return failure(left);
        if (step.consumed != 0 || step.produced != 0) at_end_ = left == 0;
        return step;
    }

    bool at_end() const override { return at_end_; }

private:
    static Error failure(std::size_t status) {
        return {ErrorCode::Corrupt, std::string("lz4: ") + LZ4F_getErrorName(status), {}};
    }

    LZ4F_dctx* context_ = nullptr;
    bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_lz4_decoder() {
    auto decoder = std::make_unique<Lz4Decoder>();
    if (auto started = decoder->start(); !started) return std::move(started).error();
    return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace pycore
