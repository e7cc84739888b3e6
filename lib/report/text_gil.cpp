// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "report/text_parts.h"
#include "report/text_writer.h"
#include "report/words.h"

namespace pycore {
namespace {

std::string holder_phrase(const ProcessState& state, const InterpreterState& interpreter,
                          const GilOwnership* ownership) {
    switch (interpreter.gil.status) {
        case GilStatus::Held:
            if (ownership && ownership->holder_tid) {
                return "the GIL is held by thread " + thread_label(state, *ownership->holder_tid);
            }
            return "the GIL is held, by which thread cannot be read";
        case GilStatus::Free: return "the GIL is free";
        case GilStatus::NotCreated: return "the GIL was not created yet, or no longer is";
        case GilStatus::Disabled: return "runs without a GIL";
        case GilStatus::Unknown: return "the state of the GIL cannot be read";
    }
    return {};
}

std::string render_interpreter(const ProcessState& state, const InterpreterState& interpreter) {
    const GilOwnership* ownership = find_ownership(state, interpreter.id);
    std::string text = fmt::format("Interpreter {}{}: {}\n", interpreter.id, interpreter.main ? " (main)" : "",
                                   holder_phrase(state, interpreter, ownership));
    if (ownership) {
        for (const std::int64_t tid : ownership->waiting_tids) {
            text += fmt::format("  waiting: thread {}\n", thread_label(state, tid));
        }
    }
    if (interpreter.gc_collecting == true) text += "  garbage is being collected\n";
    if (interpreter.finalizing == true) text += "  it is shutting down\n";
    return text;
}

}  // namespace

std::string write_gil_text(const ProcessState& state, const TextOptions&) {
    std::string text;
    for (const InterpreterState& interpreter : state.interpreters) text += render_interpreter(state, interpreter);
    if (text.empty()) text = "no interpreter could be read\n";
    return text;
}

}  // namespace pycore
