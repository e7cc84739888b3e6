// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/line_table_check.h"

#include <dwarf.h>

#include <optional>
#include <vector>

#include "base/byte_reader.h"

namespace pycore {
namespace {

class HeaderCheck {
public:
    explicit HeaderCheck(std::span<const std::byte> bytes) : reader_(bytes) {}

    bool run() {
        const auto length = reader_.read<std::uint32_t>();
        if (length == 0xffffffff) offset_size_ = 8;
        if (!length || (offset_size_ == 8 && !skip(8))) return false;
        const auto version = reader_.read<std::uint16_t>();
        if (!version || *version < 2 || *version > 5) return false;
        if (*version < 5) return true;
        if (reader_.read<std::uint8_t>() != 8 || reader_.read<std::uint8_t>() != 0) return false;
        constexpr std::size_t kFixedBytes = 5;  // minimum_instruction_length to line_range
        if (!skip(offset_size_ + kFixedBytes)) return false;
        const auto opcode_base = reader_.read<std::uint8_t>();
        if (!opcode_base || (*opcode_base > 0 && !skip(*opcode_base - 1U))) return false;
        return check_table() && check_table();
    }

private:
    bool skip(std::uint64_t size) { return size <= reader_.remaining() && reader_.read_bytes(size).has_value(); }

    std::optional<std::uint64_t> uleb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = reader_.read<std::uint8_t>();
            if (!byte) return std::nullopt;
            value |= static_cast<std::uint64_t>(*byte & 0x7f) << shift;
            if ((*byte & 0x80) == 0) return value;
        }
        return std::nullopt;
    }

    bool check_table() {
        const auto format_count = reader_.read<std::uint8_t>();
        if (!format_count) return false;
        std::vector<std::uint64_t> forms;
        for (unsigned i = 0; i < *format_count; ++i) {
            const auto content = uleb();
            const auto form = uleb();
            if (!content || !form) return false;
            forms.push_back(*form);
        }
        const auto count = uleb();
        if (!count || (forms.empty() && *count > 0)) return false;
        // Each entry takes a byte at least, so a wrong count ends with the section.
        for (std::uint64_t i = 0; i < *count; ++i) {
            for (const std::uint64_t form : forms) {
                if (!skip_value(form)) return false;
            }
        }
        return true;
    }

    // The forms that 6.2.4.1 names for paths, indexes, times, sizes and checksums.
    bool skip_value(std::uint64_t form) {
        switch (form) {
            case DW_FORM_string: return reader_.read_c_string().has_value();
            case DW_FORM_line_strp:
            case DW_FORM_strp: return skip(offset_size_);
            case DW_FORM_udata: return uleb().has_value();
            case DW_FORM_data1: return skip(1);
            case DW_FORM_data2: return skip(2);
            case DW_FORM_data4: return skip(4);
            case DW_FORM_data8: return skip(8);
            case DW_FORM_data16: return skip(16);
            case DW_FORM_block: {
                const auto size = uleb();
                return size && skip(*size);
            }
            default: return false;
        }
    }

    ByteReader reader_;
    std::size_t offset_size_ = 4;
};

}  // namespace

bool has_sound_header(std::span<const std::byte> section, std::uint64_t offset) {
    return offset < section.size() && HeaderCheck(section.subspan(offset)).run();
}

}  // namespace pycore
