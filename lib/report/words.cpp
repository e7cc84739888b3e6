// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/words.h"

namespace pycore {

std::string_view to_string(GilStatus status) {
    switch (status) {
        case GilStatus::Held: return "held";
        case GilStatus::Free: return "free";
        case GilStatus::NotCreated: return "not_created";
        case GilStatus::Disabled: return "disabled";
        case GilStatus::Unknown: return "unknown";
    }
    return "unknown";
}

std::string_view to_string(FrameOwner owner) {
    switch (owner) {
        case FrameOwner::Thread: return "thread";
        case FrameOwner::Generator: return "generator";
        case FrameOwner::FrameObject: return "frame_object";
        case FrameOwner::Interpreter: return "interpreter";
        case FrameOwner::CStack: return "c_stack";
        case FrameOwner::Unknown: return "unknown";
    }
    return "unknown";
}

std::string_view to_string(AttachStatus status) {
    switch (status) {
        case AttachStatus::Attached: return "attached";
        case AttachStatus::Detached: return "detached";
        case AttachStatus::Suspended: return "suspended";
        case AttachStatus::ShuttingDown: return "shutting_down";
        case AttachStatus::Unknown: return "unknown";
    }
    return "unknown";
}

std::string_view to_string(LocalVariable::Kind kind) {
    switch (kind) {
        case LocalVariable::Kind::Argument: return "argument";
        case LocalVariable::Kind::Local: return "local";
        case LocalVariable::Kind::Cell: return "cell";
        case LocalVariable::Kind::Free: return "free";
    }
    return "local";
}

std::string_view to_string(MergeStatus status) {
    switch (status) {
        case MergeStatus::Anchored: return "anchored";
        case MergeStatus::Partial: return "partial";
        case MergeStatus::PythonOnly: return "python_only";
        case MergeStatus::NativeOnly: return "native_only";
    }
    return "native_only";
}

std::optional<std::string> python_name(const ThreadState& thread) {
    for (const PythonThread& state : thread.python) {
        if (state.name) return state.name;
    }
    return std::nullopt;
}

std::string_view status_word(const ThreadState& thread) {
    return thread.python.empty() ? "not_python" : to_string(thread.python.front().status);
}

const GilOwnership* find_ownership(const ProcessState& state, std::int64_t interpreter_id) {
    for (const GilOwnership& ownership : state.gil_ownership) {
        if (ownership.interpreter_id == interpreter_id) return &ownership;
    }
    return nullptr;
}

}  // namespace pycore
