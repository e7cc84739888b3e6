// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// read_python: everything that a snapshot says about Python. The front door of python/ and layout/:
// locates the runtime, finds its layout, reads interpreters, thread states, frames and names. What
// cannot be read is a diagnostic and costs only itself.

#include <functional>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "process/open_process.h"
#include "process/process_snapshot.h"
#include "python/locals_depth.h"
#include "state/interpreter_state.h"
#include "state/native_frame.h"

namespace pycore {

struct PythonReadOptions {
    bool frames = true;         // false: interpreters, threads and GIL only (pycore gil, info)
    bool import_names = false;  // PythonFrame::module, by sys.path
    LocalsDepth locals = LocalsDepth::None;
    std::function<void(bool)> around_locals = [](bool) {};  // true: variables are read from now on; false: that was all
    FileSearch search;  // where debug files may be, for versions without a committed layout
};

// NotFound: no Python in this process. Unsupported: a Python that this build cannot read.
Result<PythonState> read_python(const ProcessSnapshot& process, const PythonReadOptions& options,
                                Diagnostics& diagnostics);

// CPython <= 3.10: notes in each native frame which of the thread's PyFrameObjects it holds (in saved
// registers or in its words [sp, cfa)), for merging by address.
void find_frame_candidates(const ProcessSnapshot& process, std::span<const PythonThread* const> states,
                           std::vector<NativeFrame>& frames);

}  // namespace pycore
