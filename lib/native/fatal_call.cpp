// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/fatal_call.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "elf/elf_symbol.h"
#include "native/call_arguments.h"

namespace pycore {
namespace {

constexpr std::size_t kMostFrames = 256;  // between abort() and who called Py_FatalError()
constexpr std::size_t kMostText = 512;    // bytes
constexpr std::size_t kMostWords = 8192;  // of the stack that are looked at

// Include/cpython/pyerrors.h, Include/pyerrors.h. _Py_FatalErrorFormat is exported up to 3.12 only.
struct FatalFunction {
    std::string_view symbol;
    bool names_function;  // (function, text), else (text)
    bool is_format;
};
constexpr std::array kFatalFunctions = {FatalFunction{"_Py_FatalErrorFunc", true, false},
                                        FatalFunction{"_Py_FatalErrorFormat", true, true},
                                        FatalFunction{"Py_FatalError", false, false}};

struct Target {
    Address address;
    const FatalFunction* function;
};

std::vector<Target> find_targets(const ProcessSnapshot& process) {
    std::vector<Target> targets;
    for (const Module& module : process.modules) {
        if (!module.file || !ElfSymbols::dynamic(*module.file).find("Py_FatalError")) continue;
        for (const FatalFunction& function : kFatalFunctions) {
            const auto symbol = find_symbol(*module.file, function.symbol);
            if (symbol) targets.push_back({module.address_of(symbol->link_address), &function});
        }
    }
    return targets;
}

bool is_constant(const ProcessSnapshot& process, Address address) {
    const Module* module = process.find_module(address);
    if (module == nullptr || !module->file) return false;
    const auto& segments = module->file->segments();
    return std::any_of(segments.begin(), segments.end(), [&](const ElfSegment& segment) {
        return segment.type == PT_LOAD && (segment.flags & PF_W) == 0 &&
               module->link_address(address) - segment.link_address < segment.file_size;
    });
}

std::optional<std::string> constant_text(const ProcessSnapshot& process, std::optional<Address> address) {
    if (!address || !is_constant(process, *address)) return std::nullopt;
    auto text = read_c_string(*process.memory, *address, kMostText);
    const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\n'; };
    if (!text || text->empty() || text->size() >= kMostText) return std::nullopt;
    if (!std::all_of(text->begin(), text->end(), is_text)) return std::nullopt;
    return *std::move(text);
}

// "%s" and its like -> "..."
std::string without_values(std::string_view format) {
    std::string text;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            text += format[i];
        } else if (i + 1 < format.size() && format[i + 1] == '%') {
            text += format[i++];
        } else {
            i = std::min(format.find_first_of("diouxXcsp", i + 1), format.size());
            text += "...";
        }
    }
    return text;
}

// Whether one of the calls inside of the one in question got or kept `value`: in their stack frames, or in a register
// that they saved. Code that was jumped to from elsewhere passes other values than the instructions before it load.
bool is_in_use(const MemoryImage& memory, std::span<const NativeFrame> inside, Address value) {
    std::size_t words = 0;
    for (const NativeFrame& frame : inside) {
        const auto& saved = frame.callee_saved;
        if (std::find(saved.begin(), saved.end(), value.value) != saved.end()) return true;
        for (Address at = frame.sp; frame.cfa && at < *frame.cfa && words < kMostWords; at = at + 8, ++words) {
            const auto word = read_address(memory, at);
            if (!word) break;
            if (*word == value) return true;
        }
    }
    return false;
}

// `inside`: of the call to `function`, which returns to `return_address`.
std::optional<std::string> text_of(const ProcessSnapshot& process, std::span<const NativeFrame> inside,
                                   Address return_address, const FatalFunction& function) {
    const CallArguments call = read_call_arguments(process, return_address);
    const auto& told = function.names_function ? call.second : call.first;
    auto text = constant_text(process, told);
    if (!text || !is_in_use(*process.memory, inside, *told)) return std::nullopt;
    if (function.is_format) text = without_values(*text);
    const auto name = function.names_function ? constant_text(process, call.first) : std::nullopt;
    return name ? *name + ": " + *text : *text;
}

}  // namespace

std::optional<std::string> read_fatal_error(const ProcessSnapshot& process, std::span<const NativeFrame> frames) {
    const std::vector<Target> targets = find_targets(process);
    if (targets.empty()) return std::nullopt;
    // Who dies once more while the first error is told says nothing: the outermost call counts.
    for (std::size_t i = std::min(frames.size(), kMostFrames); i-- > 0;) {
        if (frames[i].exact_pc) continue;
        const auto called = read_call_target(process, frames[i].pc);
        const auto target =
            std::find_if(targets.begin(), targets.end(), [&](const Target& known) { return known.address == called; });
        if (target != targets.end()) return text_of(process, frames.first(i), frames[i].pc, *target->function);
    }
    return std::nullopt;
}

}  // namespace pycore
