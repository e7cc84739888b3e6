// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/frame_text.h"

#include <fmt/format.h>

#include <algorithm>

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

std::string indentation(const ShownFrame& shown) { return shown.frame->uncertain ? "? " : "  "; }

std::string crash_mark(const ShownFrame& shown, const Palette& palette, std::string_view death) {
    return shown.crash_site ? palette.paint(Paint::Crash, fmt::format("  <- {} here", death)) : std::string();
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

// Names of like length stand in a column.
std::string render_locals(const std::vector<LocalVariable>& locals, const Palette& palette) {
    constexpr std::size_t kWidest = 16;
    std::size_t width = 0;
    for (const LocalVariable& local : locals) {
        if (local.name.size() <= kWidest) width = std::max(width, local.name.size());
    }
    std::string text;
    for (const LocalVariable& local : locals) {
        const std::string padding(local.name.size() < width ? width - local.name.size() : 0, ' ');
        const std::string value = local.value ? escape(*local.value) : "<not in the core>";
        text += "      " + escape(local.name) + padding + palette.paint(Paint::Dim, " = ") + value + "\n";
    }
    return text;
}

std::string render_python(const ShownFrame& shown, SourceLines& source, const Palette& palette,
                          std::string_view death) {
    const PythonFrame& frame = *shown.python();
    std::string text = indentation(shown) + "File ";
    text += frame.file ? palette.paint(Paint::File, fmt::format("\"{}\"", escape(*frame.file))) : "that cannot be read";
    if (frame.line) text += fmt::format(", line {}", *frame.line);
    text += ", in " + palette.paint(Paint::Function, python_name(frame)) + crash_mark(shown, palette, death) + "\n";
    text += source_below(frame, source, palette);
    return shown.with_locals ? text + render_locals(frame.locals, palette) : text;
}

// Compilers record paths as they were built: "./Modules/./x.c", or below some build folder. The end of
// a long one is what a reader knows; JSON has it whole.
std::string source_path(std::string_view path) {
    constexpr std::size_t kLongPath = 48;
    std::string clean;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool at_part = i == 0 || path[i - 1] == '/';
        if (at_part && path.substr(i).starts_with("./")) {
            ++i;
            continue;
        }
        clean += path[i];
    }
    if (clean.size() <= kLongPath) return escape(clean);
    const std::size_t name = clean.rfind('/');
    const std::size_t folder = name == std::string::npos || name == 0 ? name : clean.rfind('/', name - 1);
    return folder == std::string::npos ? escape(clean) : "…" + escape(clean.substr(folder));
}

std::string native_place(const ShownFrame& shown) {
    const NativeFrame& frame = *shown.frame->native;
    std::vector<std::string> where;
    const bool named = shown.function->name || frame.is_signal_trampoline;
    if (frame.module && named) where.push_back(escape(file_name(*frame.module)));
    if (shown.inlined) where.push_back("inlined");
    if (shown.frame->plumbing) where.push_back("plumbing");
    std::string text;
    if (const auto& location = shown.function->location) {
        text += fmt::format(" at {}:{}", source_path(location->file), location->line);
        if (location->column) text += fmt::format(":{}", *location->column);
    }
    if (!where.empty()) text += " (" + join(where, ", ") + ")";
    return text;
}

std::string render_native(const ShownFrame& shown, const Palette& palette, std::string_view death) {
    return indentation(shown) + palette.paint(Paint::Native, "[native] " + native_name(shown)) + native_place(shown) +
           crash_mark(shown, palette, death) + "\n";
}

}  // namespace

std::string render_frame(const ShownFrame& frame, SourceLines& source, const Palette& palette, std::string_view death) {
    return frame.python() ? render_python(frame, source, palette, death) : render_native(frame, palette, death);
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
