// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "report/escape.h"
#include "report/frame_text.h"
#include "report/text_parts.h"
#include "report/text_table.h"
#include "report/text_writer.h"
#include "report/words.h"

namespace pycore {
namespace {

std::string name_cell(const ThreadState& thread) {
    const auto name = python_name(thread);
    if (name) return escape(*name);
    return thread.os_name ? escape(*thread.os_name) : std::string();
}

std::string state_cell(const ProcessState& state, const ThreadState& thread) {
    std::vector<std::string> states;
    if (thread.crashed) states.push_back(death_phrase(state));
    if (thread.main) states.push_back("main");
    if (thread.holds_gil) states.push_back("has the GIL");
    if (thread.waiting_for_gil) states.push_back("wants the GIL");
    if (states.empty() || thread.python.empty()) states.push_back(thread.python.empty() ? "not Python" : "");
    if (states.back().empty()) states.back() = status_word(thread);
    return join(states, ", ");
}

std::string frame_cell(const ThreadState& thread, MergedFrame::Kind kind) {
    const auto frame = innermost_frame(thread, kind);
    return frame ? brief_frame(*frame) : std::string();
}

}  // namespace

std::string write_threads_text(const ProcessState& state, const TextOptions&) {
    TextTable table;
    table.add_row({"TID", "NAME", "STATE", "WAITS FOR", "PYTHON", "NATIVE"});
    for (const ThreadState& thread : state.threads) {
        table.add_row({thread.tid == 0 ? "" : std::to_string(thread.tid), name_cell(thread), state_cell(state, thread),
                       thread.wait ? wait_phrase(*thread.wait) : "", frame_cell(thread, MergedFrame::Kind::Python),
                       frame_cell(thread, MergedFrame::Kind::Native)});
    }
    return table.render();
}

}  // namespace pycore
