// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/json_stream.h"

#include <fmt/format.h>

#include <cassert>
#include <iterator>
#include <utility>

#include "report/escape.h"

namespace pycore {

void JsonStream::break_line() {
    out_ += '\n';
    out_.append(levels_.size(), ' ');
}

void JsonStream::drain() {
    constexpr std::size_t kPiece = 1U << 20;
    if (!sink_ || out_.size() < kPiece) return;
    sink_(out_);
    out_.clear();
}

// Comma, line break and indentation before a value or a key.
void JsonStream::separate() {
    if (std::exchange(after_key_, false) || levels_.empty()) return;
    drain();
    Level& level = levels_.back();
    if (!level.empty) out_ += ',';
    if (!level.one_line) {
        break_line();
    } else if (!level.empty) {
        out_ += ' ';
    }
    level.empty = false;
}

void JsonStream::open(char bracket, JsonLayout layout) {
    separate();
    out_ += bracket;
    const bool inside_one_line = !levels_.empty() && levels_.back().one_line;
    levels_.push_back({inside_one_line || layout == JsonLayout::OneLine, true});
}

void JsonStream::close(char bracket) {
    assert(!levels_.empty());
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.one_line && !level.empty) break_line();
    out_ += bracket;
}

void JsonStream::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ": ";
    after_key_ = true;
}

void JsonStream::value(std::string_view text) {
    separate();
    append_json_string(out_, text);
}

void JsonStream::value(bool truth) {
    separate();
    out_ += truth ? "true" : "false";
}

void JsonStream::value(std::int64_t number) {
    separate();
    out_ += std::to_string(number);
}

void JsonStream::value(std::uint64_t number) {
    separate();
    out_ += std::to_string(number);
}

void JsonStream::value(double number) {
    separate();
    fmt::format_to(std::back_inserter(out_), "{:.3f}", number);
}

void JsonStream::value(Address address) {
    separate();
    out_ += '"';
    out_ += to_string(address);
    out_ += '"';
}

void JsonStream::null() {
    separate();
    out_ += "null";
}

std::string JsonStream::take() && {
    assert(levels_.empty());
    out_ += '\n';
    return std::move(out_);
}

}  // namespace pycore
