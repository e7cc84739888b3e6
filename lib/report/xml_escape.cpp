// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/xml_escape.h"

#include "report/escape.h"

namespace pycore {
namespace {

void append_line(std::string& out, std::string_view line) {
    const std::string text = escape(line);
    for (std::size_t i = 0; i < text.size(); ++i) {
        // U+FFFE and U+FFFF are sound UTF-8 and no characters of XML.
        if (text.compare(i, 2, "\xef\xbf") == 0 && i + 2 < text.size() &&
            static_cast<unsigned char>(text[i + 2]) >= 0xbe) {
            out += static_cast<unsigned char>(text[i + 2]) == 0xbe ? "\\ufffe" : "\\uffff";
            i += 2;
            continue;
        }
        switch (text[i]) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += text[i];
        }
    }
}

}  // namespace

std::string xml_text(std::string_view text, bool keep_lines) {
    std::string out;
    while (keep_lines && text.find('\n') != std::string_view::npos) {
        const std::size_t end = text.find('\n');
        append_line(out, text.substr(0, end));
        out += '\n';
        text.remove_prefix(end + 1);
    }
    append_line(out, text);
    return out;
}

}  // namespace pycore
