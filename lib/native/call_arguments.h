// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The constants that the instructions right before a call pass to it (x86-64, System V ABI).

#include <optional>

#include "process/process_snapshot.h"

namespace pycore {

// Of the direct call that ends at `return_address`, through the linker's stub where there is one. nullopt: none does.
std::optional<Address> read_call_target(const ProcessSnapshot& process, Address return_address);

struct CallArguments {
    std::optional<Address> first;   // rdi
    std::optional<Address> second;  // rsi
};

// An argument is told only if every way to the call passes the instruction that loads it: the code of the whole module
// is searched for jumps to behind it.
CallArguments read_call_arguments(const ProcessSnapshot& process, Address return_address);

}  // namespace pycore
