// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Where the objects of a running Python lie: pools of its own allocator, found by their headers, and the heap of libc,
// which has what is larger than 512 bytes. Buffers in mappings of their own (arrays, tensors) are no part of it.

#include <functional>
#include <span>
#include <vector>

#include "base/address.h"
#include "state/interpreter_state.h"

namespace pycore {

struct HeapSource {
    std::vector<AddressRange> memory;  // anonymous, private, written to; whole pages, as far as they are there
    std::vector<AddressRange> libc;    // [heap]
    // Copies bytes; false if they cannot be had.
    std::function<bool(Address, std::span<std::byte>)> peek;
};

// Ascending within each of `source.memory`.
std::vector<AddressRange> find_heap_ranges(const RuntimeInfo& runtime, const HeapSource& source);

}  // namespace pycore
