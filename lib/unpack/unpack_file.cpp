// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "unpack/unpack_file.h"

#include <string>
#include <vector>

#include "unpack/sparse_file.h"

namespace pycore {
namespace {

constexpr std::size_t kBufferSize = 1 << 20;  // bytes; whole blocks of SparseFile
static_assert(kBufferSize % SparseFile::kBlockSize == 0);

class Unpacking {
public:
    Unpacking(Decoder& decoder, SparseFile& file, const UnpackLimits& limits)
        : decoder_(decoder), file_(file), limits_(limits), buffer_(kBufferSize) {}

    Result<void> run(std::span<const std::byte> input) {
        auto done = decode(input);
        auto flushed = flush();
        if (!done || refused_) return done;
        if (!flushed) return flushed;
        if (!decoder_.at_end()) return Error{ErrorCode::Corrupt, "the compressed file ends in the middle", {}};
        return {};
    }

private:
    Result<void> decode(std::span<const std::byte> input) {
        const std::size_t packed_size = input.size();
        while (!refused_) {
            auto step = decoder_.decode(input, std::span(buffer_).subspan(filled_));
            if (!step) return std::move(step).error();
            if (step->consumed == 0 && step->produced == 0) return {};
            input = input.subspan(step->consumed);
            filled_ += step->produced;
            if (filled_ < buffer_.size()) continue;
            if (auto flushed = flush(); !flushed) return flushed;
            if (auto fits = check_size(packed_size - input.size()); !fits) return fits;
        }
        return {};
    }

    Result<void> flush() {
        if (filled_ != 0 && file_.size_bytes() == 0 && limits_.is_wanted != nullptr) {
            refused_ = !limits_.is_wanted(std::span(buffer_).first(filled_));
        }
        auto written = file_.append(std::span(buffer_).first(filled_));
        filled_ = 0;
        return written;
    }

    Result<void> check_size(std::uint64_t consumed) const {
        const std::uint64_t size = file_.size_bytes();
        if (size < limits_.size_bytes || size / limits_.ratio < consumed) return {};
        return Error{
            ErrorCode::Limit, "it grows more than " + std::to_string(limits_.ratio) + " times; unpack it first", {}};
    }

    Decoder& decoder_;
    SparseFile& file_;
    UnpackLimits limits_;
    std::vector<std::byte> buffer_;
    std::size_t filled_ = 0;
    bool refused_ = false;
};

}  // namespace

std::vector<std::string> folders_to_unpack(const std::string& path) {
    const auto file = MappedFile::open(path);
    if (!file || !find_compression((*file)->bytes())) return {};
    return SparseFile::candidate_folders();
}

std::vector<std::string> folders_to_unpack() { return SparseFile::candidate_folders(); }

Result<UnpackedFile> unpack_file(const MappedFile& packed, Compression compression, const UnpackLimits& limits) {
    auto decoder = make_decoder(compression);
    if (!decoder) return std::move(decoder).error();
    auto file = SparseFile::create();
    if (!file) return std::move(file).error();
    const auto done = Unpacking(**decoder, *file, limits).run(packed.bytes());
    if (!done && file->size_bytes() == 0) return done.error();
    auto mapped = file->map(packed.path());
    if (mapped && limits.is_edited != nullptr && limits.is_edited((*mapped)->bytes())) {
        mapped = file->map(packed.path(), MappedFile::Use::PrivateCopy);
    }
    if (!mapped) return std::move(mapped).error();
    UnpackedFile unpacked{*std::move(mapped), {}};
    if (!done) unpacked.cut = done.error();
    return unpacked;
}

}  // namespace pycore
