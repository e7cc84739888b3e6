// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace pycore {
namespace {

constexpr std::size_t kWidth = 88;

enum class BlockKind { Title, Heading, Paragraph, Item, Code };

struct Block {
    BlockKind kind;
    std::string text;  // lines of Code keep their breaks, all others are one line
};

BlockKind kind_of(std::string_view line) {
    if (line.starts_with("# ")) return BlockKind::Title;
    if (line.starts_with("## ")) return BlockKind::Heading;
    if (line.starts_with("- ")) return BlockKind::Item;
    if (line.starts_with("    ")) return BlockKind::Code;
    return BlockKind::Paragraph;
}

std::string_view body_of(std::string_view line, BlockKind kind) {
    switch (kind) {
        case BlockKind::Title: return line.substr(2);
        case BlockKind::Heading: return line.substr(3);
        case BlockKind::Item: return line.substr(2);
        case BlockKind::Code: return line.substr(4);
        case BlockKind::Paragraph: break;
    }
    return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

// A line goes on with the block before it if that is text, or code after code.
bool continues(const std::vector<Block>& blocks, BlockKind kind, bool after_blank_line) {
    if (blocks.empty()) return false;
    const BlockKind before = blocks.back().kind;
    if (kind == BlockKind::Code) return before == BlockKind::Code;
    return kind == BlockKind::Paragraph && !after_blank_line &&
           (before == BlockKind::Paragraph || before == BlockKind::Item);
}

std::vector<Block> parse_blocks(std::string_view text) {
    std::vector<Block> blocks;
    bool after_blank_line = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) {
            after_blank_line = true;
            continue;
        }
        const BlockKind kind = kind_of(line);
        if (continues(blocks, kind, after_blank_line)) {
            blocks.back().text += kind == BlockKind::Code ? (after_blank_line ? "\n\n" : "\n") : " ";
            blocks.back().text += body_of(line, kind);
        } else {
            blocks.push_back({kind, std::string(body_of(line, kind))});
        }
        after_blank_line = false;
    }
    return blocks;
}

std::string without_ticks(std::string_view text) {
    std::string plain(text);
    std::erase(plain, '`');
    return plain;
}

// The `term` of an item "`term`: meaning", and the meaning.
std::pair<std::string, std::string> split_item(std::string_view item) {
    const std::size_t end = item.find("`: ");
    if (!item.starts_with('`') || end == std::string_view::npos) return {"", std::string(item)};
    return {std::string(item.substr(1, end - 1)), std::string(item.substr(end + 3))};
}

std::string wrap(std::string_view text, std::size_t indent) {
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        if (column == 0 || column + 1 + word.size() > kWidth) {
            if (column != 0) out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + "\n";
}

std::string indent_lines(std::string_view text, std::size_t indent) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) out.append(indent, ' ');
        out += text.substr(0, end);
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string item_to_terminal(const std::string& item) {
    const auto [term, meaning] = split_item(item);
    if (term.empty()) return wrap("- " + without_ticks(meaning), 2);
    const std::string wrapped = wrap(without_ticks(meaning), 26);
    if (term.size() > 22) return fmt::format("  {}\n{}", term, wrapped);
    return fmt::format("  {:<24}{}", term, wrapped.substr(26));
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

std::string roff_escape(std::string_view text) {
    std::string out;
    for (const char character : text) {
        const bool at_line_begin = out.empty() || out.back() == '\n';
        if (at_line_begin && (character == '.' || character == '\'')) out += "\\&";
        if (character == '\\') {
            out += "\\e";
        } else if (character == '-') {
            out += "\\-";
        } else {
            out += character;
        }
    }
    return out;
}

// `words` become bold.
std::string roff_line(std::string_view text) {
    std::string out;
    bool bold = false;
    while (!text.empty()) {
        const std::size_t tick = std::min(text.find('`'), text.size());
        out += roff_escape(text.substr(0, tick));
        if (tick < text.size()) {
            bold = !bold;
            out += bold ? "\\fB" : "\\fR";
        }
        text.remove_prefix(std::min(tick + 1, text.size()));
    }
    return out + "\n";
}

std::string title_to_roff(std::string_view title, std::string_view version) {
    const std::string_view name = title.substr(0, title.find(' '));
    return fmt::format(".TH {} 1 \"\" \"pycore {}\" \"pycore manual\"\n.SH NAME\n{}", upper(std::string(name)), version,
                       roff_line(title));
}

std::string item_to_roff(const std::string& item) {
    const auto [term, meaning] = split_item(item);
    if (term.empty()) return ".IP \\(bu 2\n" + roff_line(meaning);
    return ".TP\n\\fB" + roff_escape(term) + "\\fR\n" + roff_line(meaning);
}

}  // namespace

std::string markup_to_terminal(std::string_view text) {
    std::string out;
    BlockKind before = BlockKind::Item;
    for (const Block& block : parse_blocks(text)) {
        const bool close = block.kind == BlockKind::Item && before == BlockKind::Item;
        const bool under_heading = before == BlockKind::Heading;
        if (!out.empty() && !close && !under_heading) out += '\n';
        switch (block.kind) {
            case BlockKind::Title: out += without_ticks(block.text) + "\n"; break;
            case BlockKind::Heading: out += block.text + ":\n"; break;
            case BlockKind::Paragraph: out += wrap(without_ticks(block.text), 2); break;
            case BlockKind::Item: out += item_to_terminal(block.text); break;
            case BlockKind::Code: out += indent_lines(block.text, 4); break;
        }
        before = block.kind;
    }
    return out;
}

std::string markup_to_roff(std::string_view text, std::string_view version) {
    std::string out;
    for (const Block& block : parse_blocks(text)) {
        switch (block.kind) {
            case BlockKind::Title: out += title_to_roff(block.text, version); break;
            case BlockKind::Heading: out += ".SH " + upper(block.text) + "\n"; break;
            case BlockKind::Paragraph: out += ".PP\n" + roff_line(block.text); break;
            case BlockKind::Item: out += item_to_roff(block.text); break;
            case BlockKind::Code: out += ".PP\n.RS 4\n.nf\n" + roff_escape(block.text) + "\n.fi\n.RE\n"; break;
        }
    }
    return out;
}

}  // namespace pycore
