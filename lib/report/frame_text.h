// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// One frame of a stack as the lines that people read.

#include <string>
#include <string_view>

#include "report/palette.h"
#include "report/shown_frames.h"
#include "report/source_lines.h"

namespace pycore {

// `  File "x.py", line 3, in f`, with its source line where the file is there; or
// `  [native] matmul at matmul.c:88 (libfoo.so)`. Begins with `? ` if its place is uncertain, and ends
// with a line break. `death` is what the crash site is marked with.
std::string render_frame(const ShownFrame& frame, SourceLines& source, const Palette& palette, std::string_view death);

// "Trainer.step train.py:41", "matmul matmul.c:88": for a cell of a table.
std::string brief_frame(const ShownFrame& frame);

}  // namespace pycore
