// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Which native frame runs which activation of the evaluation loop.

#include <optional>
#include <vector>

#include "state/native_frame.h"
#include "state/python_frame.h"

namespace pycore {

struct PlacedActivation {
    const PythonThread* thread = nullptr;
    const Activation* activation = nullptr;
    std::optional<std::size_t> native_index;  // into NativeStack::frames
    bool uncertain = false;                   // placed by order between two sure neighbours, not by address
};

// Every activation of `threads`, youngest first, over all thread states of the LWP together.
std::vector<PlacedActivation> place_activations(const std::vector<NativeFrame>& frames,
                                                const std::vector<PythonThread>& threads);

// The evaluation loop by name: `_PyEval_EvalFrameDefault` and its clones.
bool is_evaluation_loop(const NativeFrame& frame);

}  // namespace pycore
