// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// DWARF expressions as call-frame information uses them (procedure linkage tables, signal frames):
// a small stack machine over registers and memory of the dead process, bounded in steps and depth.

#include <cstdint>
#include <optional>
#include <vector>

#include "native/register_set.h"
#include "native/stack_reader.h"

namespace pycore {

struct Operation {
    std::uint8_t code = 0;  // DW_OP_*
    std::uint64_t number = 0;
    std::uint64_t number2 = 0;
    std::uint64_t offset = 0;  // of the operation in its expression: where branches lead
};

using Expression = std::vector<Operation>;

// The value on top of the stack at the end. nullopt if the expression is unsound or asks for a register
// or a word that is not there. `cfa` is what DW_OP_call_frame_cfa pushes.
std::optional<std::uint64_t> evaluate(const Expression& expression, const RegisterSet& registers, StackReader& stack,
                                      std::optional<std::uint64_t> cfa);

}  // namespace pycore
