// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/frame_position.h"

#include <fmt/format.h>

namespace pycore {
namespace {

constexpr std::int64_t kBeforeFirst = -2;  // of a frame that has not begun

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

}  // namespace

void fill_frame(const Remote& remote, const CodeInfo& code, std::int64_t byte_offset, PythonFrame& frame,
                const std::function<void(const Error&)>& report) {
    if (ReadBudget::take(remote.budget.text_bytes, size_of(code.name) + size_of(code.qualname) + size_of(code.file))) {
        frame.function = code.name;
        frame.qualname = code.qualname;
        frame.file = code.file;
    } else {
        report({ErrorCode::Limit, "the names in this process are too long to be told", {}});
    }
    if (!code.lines || byte_offset < kBeforeFirst) return;
    if (byte_offset >= code.size_bytes) {
        report({ErrorCode::Corrupt,
                fmt::format("frame at {} stands at byte {} of a code of {} bytes; its line is left out",
                            to_string(frame.address), byte_offset, code.size_bytes),
                frame.address});
        return;
    }
    const CodePosition position = code.lines->find(byte_offset);
    frame.line = position.line;
    frame.end_line = position.end_line;
    frame.column = position.column;
    frame.end_column = position.end_column;
}

}  // namespace pycore
