// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Builds parts of a triage by hand: stacks whose keys and signatures are made of their frames.

#include <string>
#include <vector>

#include "state/triage.h"

namespace pycore::test {

// Frames innermost first; "pkg.mod:function" is Python, anything else native. The first native and the first
// Python frame are its site, and with the reason its L1.
StackItem stack_of(std::string reason, std::vector<std::string> frames);
// One input at `path` with that stack.
TriagePart input_with(std::string path, StackItem stack);
TriagePart unreadable_input(std::string path, std::string reason);

// A program of the given kind of bug, one of many; `variant` changes some of its outer frames.
StackItem made_up_stack(std::size_t bug, std::size_t variant);

}  // namespace pycore::test
