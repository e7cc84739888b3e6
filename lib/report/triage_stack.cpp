// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/triage_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "report/escape.h"
#include "report/frame_text.h"
#include "report/repeats.h"
#include "report/text_parts.h"
#include "report/triage_words.h"

namespace pycore {
namespace {

constexpr StackSelection kEverything{NativeView::All, true, {}};

std::string repeat_note(const RepeatedRun& run) {
    const std::string times = run.repeats == 1 ? "1 more time" : fmt::format("{} more times", run.repeats);
    if (run.period == 1) return fmt::format("  [Previous frame repeated {}]\n", times);
    return fmt::format("  [Previous {} frames repeated {}]\n", run.period, times);
}

// A process that hung was given its signal by somebody else.
std::string_view death_of(const StackItem& stack) {
    return stack.reason.starts_with("hang") ? "took the signal" : "crashed";
}

std::string thread_text(const ThreadState& thread, std::string_view death, const Palette& palette) {
    SourceLines no_source({}, SourceLines::Use::Never);
    std::vector<std::string> lines;
    std::vector<std::size_t> numbers;
    std::unordered_map<std::string, std::size_t> known;
    for (const ShownFrame& frame : shown_frames(thread, kEverything)) {
        const auto [place, added] = known.try_emplace(render_frame(frame, no_source, palette, death), lines.size());
        if (added) lines.push_back(place->first);
        numbers.push_back(place->second);
    }
    std::string text = numbers.empty() ? "  [no frames]\n" : "";
    for (const RepeatedRun& run : find_repeats(numbers)) {
        for (std::size_t i = run.begin; i < run.begin + run.count; ++i) text += lines[numbers[i]];
        if (run.repeats > 0) text += palette.paint(Paint::Dim, repeat_note(run));
    }
    return text;
}

std::string thread_head(const ThreadState& thread, std::string_view death) {
    std::vector<std::string> words;
    if (thread.crashed) words.emplace_back(death);
    if (thread.holds_gil) words.emplace_back("has the GIL");
    if (thread.wait) words.push_back("waiting for " + wait_phrase(*thread.wait));
    std::string text = "Thread " + thread_label(thread);
    if (!words.empty()) text += " (" + join(words, ", ") + ")";
    return text + "\n";
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_installed(std::string_view file) {
    return file.starts_with('<') || holds(file, "/site-packages/") || holds(file, "/dist-packages/") ||
           holds(file, "/lib/python3.") || holds(file, "/lib64/python3.");
}

}  // namespace

const ThreadState* representative_thread(const StackItem& stack) {
    const auto crashed = std::find_if(stack.threads.begin(), stack.threads.end(),
                                      [](const ThreadState& thread) { return thread.crashed; });
    if (crashed != stack.threads.end()) return &*crashed;
    return stack.threads.empty() ? nullptr : &stack.threads.front();
}

std::vector<ShownFrame> representative_frames(const StackItem& stack) {
    const ThreadState* thread = representative_thread(stack);
    return thread == nullptr ? std::vector<ShownFrame>{} : shown_frames(*thread, kEverything);
}

const PythonFrame* innermost_app_frame(const StackItem& stack) {
    const auto frames = representative_frames(stack);
    const PythonFrame* best = nullptr;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
        const PythonFrame* python = frame->python();
        if (python == nullptr || !python->file || !python->line) continue;
        if (!is_installed(*python->file)) return python;
        if (best == nullptr) best = python;
    }
    return best;
}

std::string representative_text(const StackItem& stack, const Palette& palette) {
    if (stack.threads.size() == 1) return thread_text(stack.threads.front(), death_of(stack), palette);
    std::unordered_map<std::string, std::size_t> known;  // by frames
    std::string text;
    std::size_t alike = 0;
    for (const ThreadState& thread : stack.threads) {
        const std::string frames = thread_text(thread, death_of(stack), palette);
        if (!known.try_emplace(frames, known.size()).second) {
            ++alike;
            continue;
        }
        text += palette.paint(Paint::Header, thread_head(thread, death_of(stack))) + frames;
    }
    if (alike > 0)
        text += palette.paint(Paint::Dim,
                              fmt::format("[{} with the same frames as one above]\n", counted(alike, "thread")));
    return text;
}

}  // namespace pycore
