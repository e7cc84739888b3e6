// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The stack that stands for a cluster, as the lines of text that every report shows: as `pycore stacks` has them,
// without source lines, so that a report reads the same on every machine.

#include <string>
#include <vector>

#include "report/palette.h"
#include "report/shown_frames.h"
#include "state/triage.h"

namespace pycore {

// With line breaks, most recent call last; a thread's frames stand below its name where there are several.
std::string representative_text(const StackItem& stack, const Palette& palette);

// The thread that the cluster is about: the crashed one, else the first.
const ThreadState* representative_thread(const StackItem& stack);
// Of that thread, most recent call last.
std::vector<ShownFrame> representative_frames(const StackItem& stack);
// The innermost Python frame of the application (not of the standard library or an installed package), else the
// innermost with a line; nullptr if there is none.
const PythonFrame* innermost_app_frame(const StackItem& stack);

}  // namespace pycore
