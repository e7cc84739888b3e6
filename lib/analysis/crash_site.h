// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The one frame to look at in a crashed thread: the innermost that is not part of the machinery of
// dying (raise, abort, assertion helpers, Py_FatalError, signal handlers and what runs on them).

#include <optional>
#include <string_view>

#include "state/process_state.h"

namespace pycore {

// Index into stack.frames; nullopt for an empty stack.
std::optional<std::size_t> find_crash_site(const MergedStack& stack);

// Marks it and unfolds the native frames that are more recent than the last Python frame.
void mark_crash_site(MergedStack& stack);

// A handler of a signal ran where nobody below it had raised one: it came from outside.
bool was_interrupted(const MergedStack& stack);

// Which way of dying the stack shows, outermost machinery first; empty if none.
struct DyingMachinery {
    bool fatal_error = false;      // Py_FatalError
    bool assertion = false;        // assert() of C
    bool heap_corruption = false;  // malloc_printerr, __libc_message
    bool stack_smashing = false;   // __stack_chk_fail, __fortify_fail
    bool cxx_terminate = false;    // std::terminate
    bool rust_panic = false;
    bool os_abort = false;  // Python's os.abort()
    bool abort = false;     // abort()
};
DyingMachinery find_dying_machinery(const MergedStack& stack);

}  // namespace pycore
