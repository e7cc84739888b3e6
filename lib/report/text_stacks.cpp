// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "report/escape.h"
#include "report/frame_text.h"
#include "report/palette.h"
#include "report/repeats.h"
#include "report/text_parts.h"
#include "report/text_writer.h"

namespace pycore {
namespace {

// Everything that the stacks of one report share.
struct StackPrinter {
    const ProcessState& state;
    const TextOptions& options;
    Palette palette;
    SourceLines source;
};

std::string repeat_note(const RepeatedRun& run) {
    const std::string times = run.repeats == 1 ? "1 more time" : fmt::format("{} more times", run.repeats);
    if (run.period == 1) return fmt::format("  [Previous frame repeated {}]\n", times);
    return fmt::format("  [Previous {} frames repeated {}]\n", run.period, times);
}

// Why a stack begins in the middle, told where its older frames would stand.
std::string missing_callers(const ThreadState& thread, const StackSelection& selection) {
    std::string text;
    const bool python_cut = std::any_of(thread.python.begin(), thread.python.end(),
                                        [](const PythonThread& python) { return !python.frames_complete; });
    if (python_cut) text += "  [older Python frames could not be read]\n";
    if (selection.native != NativeView::None && thread.native.end != UnwindEnd::Complete) {
        text += fmt::format("  [older native frames could not be found: {}]\n", escape(thread.native.end_reason));
    }
    return text;
}

// Told once, below the frames that begin with a question mark.
std::string uncertain_note(const std::vector<ShownFrame>& frames) {
    const bool any = std::any_of(frames.begin(), frames.end(), [](const ShownFrame& f) { return f.frame->uncertain; });
    return any ? "  [?: which Python frame called which native one is not certain here]\n" : "";
}

std::string render_stack(StackPrinter& printer, const ThreadState& thread) {
    std::vector<std::string> lines;
    std::vector<std::size_t> numbers;
    std::unordered_map<std::string, std::size_t> known;
    const std::string death = death_phrase(printer.state);
    const std::vector<ShownFrame> frames = shown_frames(thread, printer.options.selection);
    for (const ShownFrame& frame : frames) {
        std::string text = render_frame(frame, printer.source, printer.palette, death);
        const auto [place, added] = known.try_emplace(std::move(text), known.size());
        numbers.push_back(place->second);
        if (added) lines.push_back(place->first);
    }
    std::string text = missing_callers(thread, printer.options.selection);
    if (numbers.empty()) text += "  [no frames]\n";
    for (const RepeatedRun& run : find_repeats(numbers)) {
        for (std::size_t i = run.begin; i < run.begin + run.count; ++i) text += lines[numbers[i]];
        if (run.repeats > 0) text += printer.palette.paint(Paint::Dim, repeat_note(run));
    }
    return text + printer.palette.paint(Paint::Dim, uncertain_note(frames));
}

constexpr std::size_t kUsualHeader = 160;  // bytes of a thread's first line

// Threads that stand at the same place in the same state.
struct StackGroup {
    std::vector<const ThreadState*> threads;
    std::string flags;
    std::string stack;
};

// Found by a hash of their text, so that the text of 100,000 different stacks is held once.
class StackGroups {
public:
    StackGroup* find(const std::string& flags, const std::string& stack) {
        const auto [first, last] = by_hash_.equal_range(std::hash<std::string>()(stack));
        for (auto entry = first; entry != last; ++entry) {
            StackGroup& group = groups_[entry->second];
            if (group.flags == flags && group.stack == stack) return &group;
        }
        return nullptr;
    }
    void add(StackGroup group) {
        by_hash_.emplace(std::hash<std::string>()(group.stack), groups_.size());
        groups_.push_back(std::move(group));
    }
    std::vector<StackGroup> take() && { return std::move(groups_); }

private:
    std::vector<StackGroup> groups_;
    std::unordered_multimap<std::size_t, std::size_t> by_hash_;
};

std::vector<StackGroup> group_threads(StackPrinter& printer) {
    StackGroups groups;
    for (const ThreadState& thread : printer.state.threads) {
        if (!is_selected(thread, printer.options.selection)) continue;
        std::string flags = join(thread_flags(printer.state, thread), ", ");
        std::string stack = render_stack(printer, thread);
        StackGroup* same = printer.options.group ? groups.find(flags, stack) : nullptr;
        if (same != nullptr) {
            same->threads.push_back(&thread);
        } else {
            groups.add({{&thread}, std::move(flags), std::move(stack)});
        }
    }
    return std::move(groups).take();
}

std::string others_sentence(const StackGroup& group) {
    constexpr std::size_t kNamed = 8;
    std::vector<std::string> labels;
    for (std::size_t i = 1; i < group.threads.size() && i <= kNamed; ++i) {
        labels.push_back(thread_label(*group.threads[i]));
    }
    const std::size_t rest = group.threads.size() - 1 - labels.size();
    std::string sentence = group.threads.size() == 2 ? "  The same stack: thread " : "  The same stack: threads ";
    sentence += join(labels, ", ");
    if (rest > 0) sentence += fmt::format(" and {} more", rest);
    return sentence + "\n";
}

std::string render_group(const StackPrinter& printer, const StackGroup& group) {
    std::string header = "Thread " + thread_label(*group.threads.front());
    if (!group.flags.empty()) header += fmt::format(" [{}]", group.flags);
    std::string text = printer.palette.paint(Paint::Header, header) + " (most recent call last):\n" + group.stack;
    if (group.threads.size() > 1) text += printer.palette.paint(Paint::Dim, others_sentence(group));
    return text;
}

std::string render_process(const ProcessState& state, const Palette& palette) {
    const ProcessInfo& process = state.process;
    std::string text = process.pid ? fmt::format("Process {}", *process.pid) : std::string("A process");
    if (const std::string command = command_phrase(process); !command.empty()) text += ": " + command;
    text = palette.paint(Paint::Header, text) + "\n";
    const auto signal = signal_phrase(state);
    if (state.cause) {
        text += "  " + palette.paint(signal ? Paint::Crash : Paint::Header, escape(state.cause->title));
        text += "\n";
    } else if (signal) {
        text += "  died of " + palette.paint(Paint::Crash, *signal) + "\n";
    }
    text += "  " + (state.runtime ? runtime_phrase(*state.runtime) : "no Python was found in it: native stacks only");
    return text + "\n";
}

std::string changed_sources(const SourceLines& source) {
    std::string text;
    for (const std::string& path : source.changed_files()) {
        text += fmt::format("\nNote: {} was changed after the dump; its lines above may not be those that ran\n",
                            escape(path));
    }
    return text;
}

}  // namespace

std::string write_stacks_text(const ProcessState& state, const TextOptions& options) {
    SourceSearch search = options.source;
    search.texts = &state.sources;
    search.silent = &state.silent_files;
    const auto use = options.source_lines ? SourceLines::Use::Yes : SourceLines::Use::Never;
    StackPrinter printer{state, options, Palette(options.color), SourceLines(std::move(search), use)};
    std::string text = render_process(state, printer.palette);
    std::vector<StackGroup> groups = group_threads(printer);
    std::size_t size = text.size();
    for (const StackGroup& group : groups) size += group.stack.size() + kUsualHeader;
    text.reserve(size);
    for (StackGroup& group : groups) {
        text += "\n" + render_group(printer, group);
        group = {};
    }
    text += changed_sources(printer.source);
    return text;
}

}  // namespace pycore
