// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What comes out of a dump is hostile until escaped: a function name may hold terminal sequences or
// turn the direction of writing. Every string of a dump passes through here on its way to a report.

#include <string>
#include <string_view>

namespace pycore {

// For people: control characters (C0, C1, DEL), bidirectional controls and line separators become
// \x1b, \u202e; lone surrogates \udc80; bytes that are no UTF-8 \xff. The result is sound UTF-8
// without a line break.
void append_escaped(std::string& out, std::string_view text);
std::string escape(std::string_view text);

// For JSON, with the quotes. Characters of any kind come back exactly from a parser (dangerous ones
// are written as JSON escapes); what is no character (lone surrogates, stray bytes) stands as the
// text \udc80 or \xff, so that every parser takes the document.
void append_json_string(std::string& out, std::string_view text);

}  // namespace pycore
