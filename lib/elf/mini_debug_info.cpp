// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/mini_debug_info.h"

#include <lzma.h>

#include <algorithm>

namespace pycore {
namespace {

constexpr std::uint64_t kMaxDecoderMemory = 256 << 20;

// Unpacks .xz `packed`, growing `out` as bytes come; no length in the stream is believed.
lzma_ret unpack(std::span<const std::byte> packed, std::vector<std::byte>& out) {
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_ret status = lzma_stream_decoder(&stream, kMaxDecoderMemory, 0);
    stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    stream.avail_in = packed.size();
    while (status == LZMA_OK) {
        const std::size_t done = out.size();
        if (done >= kMaxMiniDebugInfo) {
            status = LZMA_MEMLIMIT_ERROR;
            break;
        }
        out.resize(std::min(kMaxMiniDebugInfo, std::max<std::size_t>(done * 2, 4 * packed.size() + 4096)));
        stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + done);
        stream.avail_out = out.size() - done;
        status = lzma_code(&stream, LZMA_FINISH);
        out.resize(out.size() - stream.avail_out);
    }
    lzma_end(&stream);
    return status;
}

}  // namespace

Result<std::shared_ptr<const ElfFile>> open_mini_debug_info(const ElfFile& file) {
    const ElfSection* section = file.find_section(".gnu_debugdata");
    if (section == nullptr) return std::shared_ptr<const ElfFile>();
    const auto packed = file.section_bytes(*section);
    if (!packed) return packed.error();
    auto bytes = std::make_shared<std::vector<std::byte>>();
    if (unpack(*packed, *bytes) != LZMA_STREAM_END) {
        return Error{ErrorCode::Corrupt, file.path() + ": .gnu_debugdata cannot be unpacked", {}};
    }
    const std::span<const std::byte> content = *bytes;
    return ElfFile::from_bytes(file.path() + " (.gnu_debugdata)", content, std::move(bytes));
}

}  // namespace pycore
