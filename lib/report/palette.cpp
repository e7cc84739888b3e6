// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/palette.h"

namespace pycore {
namespace {

std::string_view escape_sequence(Paint what) {
    switch (what) {
        case Paint::Header: return "\x1b[1m";
        case Paint::Function: return "\x1b[1;35m";
        case Paint::File: return "\x1b[35m";
        case Paint::Native: return "\x1b[36m";
        case Paint::Caret:
        case Paint::Crash: return "\x1b[1;31m";
        case Paint::Dim: return "\x1b[2m";
    }
    return "";
}

}  // namespace

std::string Palette::paint(Paint what, std::string_view text) const {
    if (!colored_ || text.empty()) return std::string(text);
    std::string painted(escape_sequence(what));
    painted += text;
    painted += "\x1b[0m";
    return painted;
}

}  // namespace pycore
