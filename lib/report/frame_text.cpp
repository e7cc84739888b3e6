// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/frame_text.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/source_excerpt.h"
#include "report/text_parts.h"

namespace pycore {
namespace {

std::string python_name(const PythonFrame& frame) {
    if (frame.qualname) return escape(*frame.qualname);
    if (frame.function) return escape(*frame.function);
    return "a function whose name cannot be read";
}

std::string native_name(const ShownFrame& shown) {
    const NativeFrame& frame = *shown.frame->native;
    if (frame.is_signal_trampoline && !shown.inlined) return "<signal handler called>";
    if (shown.function->name) return escape(*shown.function->name);
    if (frame.module && frame.module_offset) {
        return fmt::format("{}+{:#x}", escape(file_name(*frame.module)), *frame.module_offset);
    }
    return to_string(frame.pc);
}

std::string marks(const ShownFrame& shown, const Palette& palette) {
    std::string text;
    if (shown.frame->uncertain) text += palette.paint(Paint::Dim, "  [its place is uncertain]");
    if (shown.crash_site) text += palette.paint(Paint::Crash, "  <- crashed here");
    return text;
}

std::string source_below(const PythonFrame& frame, SourceLines& source, const Palette& palette) {
    if (!frame.file || !frame.line) return {};
    const auto line = source.find(*frame.file, *frame.line);
    if (!line) return {};
    const auto found = excerpt(*line, frame);
    if (!found) return {};
    std::string text = "    " + found->line + "\n";
    if (!found->carets.empty()) {
        const std::size_t indent = found->carets.find('^');
        text +=
            "    " + found->carets.substr(0, indent) + palette.paint(Paint::Caret, found->carets.substr(indent)) + "\n";
    }
    return text;
}

std::string render_python(const ShownFrame& shown, SourceLines& source, const Palette& palette) {
    const PythonFrame& frame = *shown.python();
    std::string text = "  File ";
    text += frame.file ? palette.paint(Paint::File, fmt::format("\"{}\"", escape(*frame.file))) : "that cannot be read";
    if (frame.line) text += fmt::format(", line {}", *frame.line);
    text += ", in " + palette.paint(Paint::Function, python_name(frame)) + marks(shown, palette) + "\n";
    return text + source_below(frame, source, palette);
}

std::string native_place(const ShownFrame& shown) {
    const NativeFrame& frame = *shown.frame->native;
    std::vector<std::string> where;
    if (frame.module) where.push_back(escape(file_name(*frame.module)));
    if (shown.inlined) where.push_back("inlined");
    if (shown.frame->plumbing) where.push_back("plumbing");
    std::string text;
    if (const auto& location = shown.function->location) {
        text += fmt::format(" at {}:{}", escape(location->file), location->line);
        if (location->column) text += fmt::format(":{}", *location->column);
    }
    if (!where.empty()) text += " (" + join(where, ", ") + ")";
    return text;
}

std::string render_native(const ShownFrame& shown, const Palette& palette) {
    return "  " + palette.paint(Paint::Native, "[native] " + native_name(shown)) + native_place(shown) +
           marks(shown, palette) + "\n";
}

}  // namespace

std::string render_frame(const ShownFrame& frame, SourceLines& source, const Palette& palette) {
    return frame.python() ? render_python(frame, source, palette) : render_native(frame, palette);
}

std::string brief_frame(const ShownFrame& frame) {
    if (const PythonFrame* python = frame.python()) {
        std::string text = python_name(*python);
        if (python->file) text += " " + escape(file_name(*python->file));
        if (python->file && python->line) text += fmt::format(":{}", *python->line);
        return text;
    }
    std::string text = native_name(frame);
    if (const auto& location = frame.function->location) {
        text += fmt::format(" {}:{}", escape(file_name(location->file)), location->line);
    }
    return text;
}

}  // namespace pycore
