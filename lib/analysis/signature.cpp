// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/signature_frames.h"
#include "analysis/signature_reason.h"
#include "analysis/thread_keys.h"
#include "base/sha256.h"

namespace pycore {
namespace {

// The first line of every text that is hashed: who changes what follows changes it.
constexpr std::string_view kAlgorithm = "pycore-signature-1";
constexpr std::size_t kHashDigits = 16;

class LevelText {
public:
    explicit LevelText(std::string_view level) : text_(fmt::format("{} {}\n", kAlgorithm, level)) {}
    void add(std::string_view line) { text_.append(line).push_back('\n'); }
    std::string hash() const { return sha256_hex(text_, kHashDigits); }

private:
    std::string text_;
};

bool is_own_code(const NamedFrame& frame) { return frame.origin == FrameOrigin::Application; }

// The native frame of the innermost run of C that a bug is known by: of the application's own code, else of the
// interpreter; what others use or what finds damage only where there is nothing else.
NamedFrame* native_site(std::vector<NamedFrame>& frames) {
    NamedFrame* interpreter = nullptr;
    NamedFrame* last_resort = nullptr;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (frame->above_site) continue;
        if (frame->is_python()) break;
        if (!frame->shown.kept) continue;
        if (last_resort == nullptr) last_resort = &*frame;
        if (frame->effect != RuleEffect::Keep) continue;
        if (is_own_code(*frame)) return &*frame;
        if (interpreter == nullptr) interpreter = &*frame;
    }
    return interpreter != nullptr ? interpreter : last_resort;
}

std::string_view class_of(const NamedFrame& frame) {
    if (frame.is_python() || frame.shown.text.starts_with("python!_PyEval_EvalFrame")) return "evaluation loop";
    return frame.origin == FrameOrigin::Libc ? "libc" : "interpreter";
}

// What L1 takes for the native frame. Names inside of the interpreter and the C library are there or not, inlined or
// not, as the build has it; which of the two it was, whether it was the evaluation loop itself, and through which
// bindings it was called, always shows. What crashes there was mostly handed over by somebody else, so that the
// extension modules of the process say more about the bug.
std::string native_key(const ProcessState& state, const std::vector<NamedFrame>& frames, const NamedFrame* site) {
    if (site != nullptr && is_own_code(*site)) return site->shown.text;
    std::string key;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (frame->above_site) continue;
        const bool known = frame->is_python() || frame->origin != FrameOrigin::Unknown;
        if (key.empty() && known) key = class_of(*frame);
        if (frame->is_python()) break;
        if (frame->effect == RuleEffect::Binding) return key + " through " + frame->shown.rule;
    }
    for (const std::string& extension : state.process.extensions) key += " " + extension;
    return key;
}

bool any_detector(const std::vector<NamedFrame>& frames) {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (frame->is_python()) return false;
        if (frame->effect == RuleEffect::Detector) return true;
    }
    return false;
}

std::vector<std::string_view> kept_lines(const std::vector<NamedFrame>& frames) {
    std::vector<std::string_view> lines;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (frame->shown.kept) lines.push_back(frame->shown.text);
    }
    return lines;
}

// With what tells one build and one source from another.
std::string exact_line(const NamedFrame& named) {
    if (named.is_python()) return fmt::format("{}:{}", named.shown.text, named.frame->python->line.value_or(0));
    const NativeFrame& native = *named.frame->native;
    return fmt::format("{} {}+{:#x}", named.shown.text, native.build_id.value_or(""), native.module_offset.value_or(0));
}

void add_exact_lines(LevelText& text, const std::vector<NamedFrame>& frames) {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        if (frame->shown.kept) text.add(exact_line(*frame));
    }
}

void take_frames(Signature& signature, std::vector<NamedFrame>& frames) {
    signature.frames.reserve(frames.size());
    for (NamedFrame& frame : frames) signature.frames.push_back(std::move(frame.shown));
}

void set_levels(Signature& signature, const LevelText& site, const LevelText& normal, const LevelText& full,
                const LevelText& exact) {
    signature.levels = {site.hash(), normal.hash(), full.hash(), exact.hash()};
}

// Of a stack overflow: where in the recursion it ended is chance, and so is what the last call did. What is left
// is the cycle, beginning at its smallest name, and who started it.
void tell_cycle(FoldedLines& folded) {
    const auto begin = folded.lines.begin() + static_cast<std::ptrdiff_t>(folded.cycle_begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(folded.cycle_size);
    std::vector<std::string_view> cycle(begin, end);
    std::size_t started = 0;  // the oldest turn is not a whole one
    while (end + static_cast<std::ptrdiff_t>(started) != folded.lines.end() && started < cycle.size() &&
           end[static_cast<std::ptrdiff_t>(started)] == cycle[started]) {
        ++started;
    }
    std::vector<std::string_view> rest(end + static_cast<std::ptrdiff_t>(started), folded.lines.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    folded.lines = std::move(cycle);
    folded.lines.insert(folded.lines.end(), rest.begin(), rest.end());
    folded.cycle_begin = 0;
}

// The native functions of the cycle, or those of Python.
std::string cycle_text(const FoldedLines& folded, bool native) {
    std::string text;
    for (std::size_t i = 0; i < folded.cycle_size; ++i) {
        const std::string_view line = folded.lines[i];
        if ((line.find('!') != std::string_view::npos) != native) continue;
        if (!text.empty()) text += " > ";
        text += line;
    }
    return text;
}

Signature sign_crash(const ProcessState& state, const ThreadState& thread, const SignatureReason& reason) {
    Signature signature;
    signature.reason = reason.text;
    std::vector<NamedFrame> frames = name_frames(thread, state);
    NamedFrame* native = native_site(frames);
    const NamedFrame* python = python_site(frames);
    std::string key = native_key(state, frames, native);
    if (native != nullptr) {
        signature.native_site = native->shown.text;
        native->shown.rule = "site";
    }
    if (python != nullptr) {
        signature.python_site = python->shown.text;
        frames[static_cast<std::size_t>(python - frames.data())].shown.rule = "site";
    }
    if (any_detector(frames)) {
        signature.confidence = Confidence::Low;
        signature.reason += reason.heap_corruption ? ", producer unknown" : ", memory corruption, producer unknown";
    } else if (native == nullptr || python == nullptr) {
        signature.confidence = Confidence::Medium;
    }
    FoldedLines folded = fold_cycles(kept_lines(frames));
    if (reason.stack_overflow && folded.cycle_size > 0) {
        tell_cycle(folded);
        key = signature.native_site = cycle_text(folded, true);
        if (const std::string python_cycle = cycle_text(folded, false); !python_cycle.empty()) {
            signature.python_site = python_cycle;
        }
    }
    LevelText site("L0"), normal("L1"), full("L2"), exact("L3");
    // The interpreter's own checks end in a fatal error, too.
    const bool damage = reason.kind == "fatal error" && signature.confidence == Confidence::Low;
    const std::string kind = damage ? "memory corruption" : reason.kind;
    site.add(kind);
    site.add(signature.native_site);
    normal.add(kind);
    normal.add(key);
    normal.add(signature.python_site);
    for (LevelText* text : {&full, &exact}) text->add(signature.reason);
    for (const std::string_view line : folded.lines) {
        full.add(line);
        signature.stack.emplace_back(line);
    }
    add_exact_lines(exact, frames);
    set_levels(signature, site, normal, full, exact);
    take_frames(signature, frames);
    return signature;
}

const ThreadState* main_thread(const ProcessState& state) {
    const auto found =
        std::find_if(state.threads.begin(), state.threads.end(), [](const ThreadState& thread) { return thread.main; });
    if (found != state.threads.end()) return &*found;
    return state.threads.empty() ? nullptr : &state.threads.front();
}

Signature sign_hang(const ProcessState& state, const SignatureReason& reason) {
    Signature signature;
    signature.reason = reason.text;
    signature.is_hang = true;
    signature.confidence = Confidence::Medium;
    LevelText site("L0"), normal("L1"), full("L2"), exact("L3");
    std::vector<std::string> keys, stacks;
    const ThreadState* main = main_thread(state);
    for (const ThreadState& thread : state.threads) {
        std::vector<NamedFrame> frames = name_frames(thread, state);
        signature.threads.push_back(thread_key(thread, frames));
        const ThreadKey& key = signature.threads.back();
        keys.push_back(key.text);
        std::string stack = key.role + "|" + key.wait;
        const FoldedLines folded = fold_cycles(kept_lines(frames));
        for (const std::string_view line : folded.lines) stack.append("\n").append(line);
        stacks.push_back(std::move(stack));
        add_exact_lines(exact, frames);
        if (&thread != main) continue;
        site.add(key.text);
        signature.python_site = key.python;
        signature.native_site = key.native;
        for (const std::string_view line : folded.lines) signature.stack.emplace_back(line);
        take_frames(signature, frames);
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::sort(stacks.begin(), stacks.end());
    for (const std::string& key : keys) normal.add(key);
    for (const std::string& stack : stacks) full.add(stack);
    set_levels(signature, site, normal, full, exact);
    return signature;
}

}  // namespace

Signature sign(const ProcessState& state) {
    const SignatureReason reason = signature_reason(state);
    if (reason.is_hang) return sign_hang(state, reason);
    const auto crashed = std::find_if(state.threads.begin(), state.threads.end(),
                                      [](const ThreadState& thread) { return thread.crashed; });
    return sign_crash(state, *crashed, reason);
}

}  // namespace pycore
