// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// u8 format, i32 first line, i32 the offset asked for; the rest is the table.
#include "python/line_table.h"

#include "fuzz/choices.h"

namespace pycore::fuzz {

void fuzz_line_table(Bytes input) {
    using layout::LineTableFormat;
    constexpr LineTableFormat kFormats[] = {LineTableFormat::Lnotab, LineTableFormat::LineDeltas,
                                            LineTableFormat::LocationTable};
    Choices choices(input);
    const auto format = kFormats[choices.number<std::uint8_t>() % std::size(kFormats)];
    const auto first_line = choices.number<std::int32_t>();
    const auto asked = choices.number<std::int32_t>();
    const Bytes bytes = choices.rest();
    const LineTable table = LineTable::parse(format, bytes, first_line);
    for (std::int64_t offset = -2; offset < static_cast<std::int64_t>(bytes.size()) * 16; offset += 6) {
        table.find(offset);
    }
    table.find(asked);
    table.find(INT64_MIN);
    table.find(INT64_MAX);
}

}  // namespace pycore::fuzz
