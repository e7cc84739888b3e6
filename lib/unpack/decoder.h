// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Decoder turns one compressed stream into plain bytes, a buffer at a time; each format's library is
// called in one file and nowhere else. Concatenated streams read as one, as their own tools do.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace pycore {

enum class Compression { Zstd, Lz4, Xz, Gzip };

// By the first bytes; nullopt: not compressed, or by something that we do not read.
std::optional<Compression> find_compression(std::span<const std::byte> bytes);
std::string_view to_string(Compression compression);  // "zstd", "lz4", "xz", "gzip"

class Decoder {
public:
    struct Step {
        std::size_t consumed = 0;  // of the input's front
        std::size_t produced = 0;  // of the output's front
    };

    virtual ~Decoder() = default;
    // Does a part of the work. {0, 0}: more input is needed to go on, or there is none left to give.
    virtual Result<Step> decode(std::span<const std::byte> input, std::span<std::byte> output) = 0;
    // Whether the input so far ends where a stream ends.
    virtual bool at_end() const = 0;
};

Result<std::unique_ptr<Decoder>> make_decoder(Compression compression);

// One for each file of this folder.
Result<std::unique_ptr<Decoder>> make_zstd_decoder();
Result<std::unique_ptr<Decoder>> make_lz4_decoder();
Result<std::unique_ptr<Decoder>> make_xz_decoder();
Result<std::unique_ptr<Decoder>> make_gzip_decoder();

}  // namespace pycore
