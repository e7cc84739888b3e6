// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature_frames.h"

#include <algorithm>
#include <array>

#include "analysis/frame_names.h"

namespace pycore {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLongestCycle = 10;

std::string python_text(const PythonFrame& frame) {
    std::string text = frame.module ? current_module_name(*frame.module) : python_module_name(frame.file.value_or(""));
    text += ':';
    text += frame.function.value_or("?");
    return text;
}

std::string native_text(const NativeFrame& frame, bool is_runtime) {
    std::string text = frame.module ? native_module_name(*frame.module, is_runtime) : "?";
    text += '!';
    text += frame.function.name ? plain_function_name(*frame.function.name) : "?";
    return text;
}

FrameOrigin native_origin(std::string_view text) {
    if (text.starts_with("python!")) return FrameOrigin::Interpreter;
    if (text.starts_with("libc!")) return FrameOrigin::Libc;
    return text.starts_with("?!") || text.starts_with("[vdso]") ? FrameOrigin::Unknown : FrameOrigin::Application;
}

void drop(NamedFrame& named, std::string_view rule, RuleEffect effect = RuleEffect::Drop) {
    named.effect = effect;
    named.shown.kept = false;
    named.shown.rule = rule;
}

// Comprehensions are functions of their own up to CPython 3.11 only.
bool is_comprehension(const PythonFrame& frame) {
    constexpr std::array kNames = {"<listcomp>"sv, "<dictcomp>"sv, "<setcomp>"sv};
    return frame.function && std::find(kNames.begin(), kNames.end(), *frame.function) != kNames.end();
}

void apply_rules(NamedFrame& named) {
    const SignatureRule* rule = find_rule(named.shown.text);
    named.shown.kept = true;
    if (rule == nullptr) return;
    named.effect = rule->effect;
    if (rule->effect == RuleEffect::Drop || rule->effect == RuleEffect::Binding) drop(named, rule->name, rule->effect);
    if (rule->effect == RuleEffect::Helper || rule->effect == RuleEffect::Detector) named.shown.rule = rule->name;
}

NamedFrame name_python(const MergedFrame& frame) {
    NamedFrame named;
    named.frame = &frame;
    named.shown.kind = SignatureFrame::Kind::Python;
    named.shown.text = python_text(*frame.python);
    named.origin = frame.python->file && is_standard_library(*frame.python->file) ? FrameOrigin::StandardLibrary
                                                                                  : FrameOrigin::Application;
    apply_rules(named);
    if (named.shown.kept && is_comprehension(*frame.python)) drop(named, "comprehension");
    return named;
}

// Known by their files, because their functions have no names where they are stripped.
bool is_ctypes(std::string_view module) {
    const std::string_view file = module.substr(module.rfind('/') + 1);
    return file.starts_with("_ctypes.") || file.starts_with("libffi");
}

NamedFrame name_native(const MergedFrame& frame, const std::optional<std::string>& runtime_module) {
    NamedFrame named;
    named.frame = &frame;
    const NativeFrame& native = *frame.native;
    named.shown.text = native_text(native, native.module && native.module == runtime_module);
    named.origin = native_origin(named.shown.text);
    if (!native.module) {
        drop(named, "no module");
    } else if (is_ctypes(*native.module)) {
        drop(named, "ctypes", RuleEffect::Binding);
    } else if (!native.function.name && named.origin != FrameOrigin::Application) {
        drop(named, "no name");
    } else {
        apply_rules(named);
        if (named.shown.kept && frame.plumbing) drop(named, "interpreter");
    }
    return named;
}

std::optional<std::size_t> site_of(const MergedStack& stack) {
    const auto& frames = stack.frames;
    const auto site = std::find_if(frames.begin(), frames.end(), [](const MergedFrame& f) { return f.crash_site; });
    if (site == frames.end()) return std::nullopt;
    return static_cast<std::size_t>(site - frames.begin());
}

// How often the `size` lines from `at` on follow each other.
std::size_t count_repeats(const std::vector<std::string_view>& lines, std::size_t at, std::size_t size) {
    std::size_t count = 1;
    for (std::size_t next = at + size; next + size <= lines.size(); next += size, ++count) {
        if (!std::equal(lines.begin() + static_cast<std::ptrdiff_t>(at),
                        lines.begin() + static_cast<std::ptrdiff_t>(at + size),
                        lines.begin() + static_cast<std::ptrdiff_t>(next))) {
            break;
        }
    }
    return count;
}

}  // namespace

std::vector<NamedFrame> name_frames(const ThreadState& thread, const ProcessState& state) {
    const auto runtime_module = state.runtime ? state.runtime->module : std::nullopt;
    const auto site = site_of(thread.stack);
    std::vector<NamedFrame> named;
    named.reserve(thread.stack.frames.size());
    for (const MergedFrame& frame : thread.stack.frames) {
        if (!frame.python && !frame.native) continue;
        named.push_back(frame.python ? name_python(frame) : name_native(frame, runtime_module));
        const auto index = static_cast<std::size_t>(&frame - thread.stack.frames.data());
        if (!site || index <= *site) continue;
        named.back().above_site = true;
        if (named.back().shown.kept) {
            const RuleEffect effect = named.back().effect;
            const std::string rule = effect == RuleEffect::Detector ? named.back().shown.rule : "dying";
            drop(named.back(), rule, effect);
        }
    }
    return named;
}

FoldedLines fold_cycles(const std::vector<std::string_view>& lines) {
    FoldedLines folded;
    for (std::size_t i = 0; i < lines.size();) {
        std::size_t size = 1;
        std::size_t count = 1;
        for (; size <= kLongestCycle; ++size) {
            count = count_repeats(lines, i, size);
            if (count > 1) break;
        }
        if (count == 1) {
            folded.lines.push_back(lines[i++]);
            continue;
        }
        if (count > folded.cycle_count) {
            folded.cycle_begin = folded.lines.size();
            folded.cycle_size = size;
            folded.cycle_count = count;
        }
        folded.lines.insert(folded.lines.end(), lines.begin() + static_cast<std::ptrdiff_t>(i),
                            lines.begin() + static_cast<std::ptrdiff_t>(i + size));
        i += size * count;
    }
    return folded;
}

}  // namespace pycore
