// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What Python's Py_FatalError() was told. It writes the text to stderr and keeps it nowhere; but mostly the text is
// part of the program, and the instructions before the call say where it lies.

#include <optional>
#include <span>
#include <string>

#include "process/process_snapshot.h"
#include "state/native_frame.h"

namespace pycore {

// `frames`: innermost first, of the thread that died. "drop_gil: GIL is not locked" as on stderr, without the function
// where that is not told; of a text with values in it "..." in their place. nullopt: nobody called it, or with a text
// that is not for sure the one that the instructions before the call name.
std::optional<std::string> read_fatal_error(const ProcessSnapshot& process, std::span<const NativeFrame> frames);

}  // namespace pycore
