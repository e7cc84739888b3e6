// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Text out of a dump on its way to a report: u8 what it is taken for, i16 two columns, then the text.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/choices.h"
#include "native/demangle.h"
#include "report/escape.h"
#include "report/source_excerpt.h"
#include "report/utf8.h"

namespace pycore::fuzz {
namespace {

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
}

void check_escaped(const std::string& shown) {
    for (const char c : shown) {
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character comes through");
    }
    for (std::size_t at = 0; at < shown.size();) {
        const CodePoint point = parse_code_point(shown, at);
        require(point.kind == CodePoint::Kind::Character, "what is escaped is no sound UTF-8");
        require(point.value < 0x80 || point.value > 0x9f, "a C1 control character comes through");
        at += point.size_bytes;
    }
}

}  // namespace

void fuzz_text(Bytes input) {
    Choices choices(input);
    const auto kind = choices.number<std::uint8_t>();
    PythonFrame frame;
    frame.line = frame.end_line = 1;
    frame.column = choices.number<std::int16_t>();
    frame.end_column = choices.number<std::int16_t>();
    const Bytes bytes = choices.rest();
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    constexpr const char* kManglings[] = {"", "_Z", "_R", "_ZN"};
    check_escaped(escape(demangle(kManglings[kind % 4] + text)));
    check_escaped(escape(text));
    std::string json;
    append_json_string(json, text);
    check_escaped(json);
    if (const auto shown = excerpt(text, frame)) check_escaped(shown->line + shown->carets);
    display_width(text);
}

}  // namespace pycore::fuzz
