// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `--redact` takes out of a capture: text, wherever it lies in stacks and heap, but for that which the walk read
// (names of functions, files, types, threads). It cannot be told apart for sure, so more is taken out than text: every
// word that is neither a small number nor what an address can be. Arguments and environment go as a whole. What goes is
// overwritten with "x", so that it is neither zero nor absent. Data of modules stays as it is. Of stacks those words
// stay that were looked at one by one and are addresses, or no text.

#include "freeze/capture.h"

namespace pycore {

// `capture` was made with CaptureOptions::note_reads.
void redact(Capture& capture);

}  // namespace pycore
