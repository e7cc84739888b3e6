// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What each thread of a hanging process does, in words that a thread of its kind in another run gives again.

#include "analysis/signature_frames.h"

namespace pycore {

ThreadKey thread_key(const ThreadState& thread, const std::vector<NamedFrame>& frames);

// Of frames, most recent call last: the innermost of the application, else the innermost that no rule drops,
// else the innermost at all; nullptr where there is no Python frame.
const NamedFrame* python_site(const std::vector<NamedFrame>& frames);

}  // namespace pycore
