// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The words that reports have for enumerators, and the few facts of a thread that text and JSON take
// from the same place: its name, its interpreter, its status.

#include <optional>
#include <string>
#include <string_view>

#include "state/process_state.h"

namespace pycore {

std::string_view to_string(GilStatus status);
std::string_view to_string(FrameOwner owner);
std::string_view to_string(AttachStatus status);
std::string_view to_string(LocalVariable::Kind kind);
std::string_view to_string(MergeStatus status);

// threading's name: of the first thread state that has one.
std::optional<std::string> python_name(const ThreadState& thread);
// The status of its first thread state, or "not_python".
std::string_view status_word(const ThreadState& thread);
// nullptr if no analysis was made for it.
const GilOwnership* find_ownership(const ProcessState& state, std::int64_t interpreter_id);

}  // namespace pycore
