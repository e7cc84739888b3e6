// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// PageSource fills bytes that a FileMemory already shows, when somebody first looks at them: those of a
// process that runs on. What was looked at is what a snapshot of it has to keep.

#include <cstddef>

#include "base/address.h"

namespace pycore {

class PageSource {
public:
    virtual ~PageSource() = default;

    // Makes the bytes of [address, address + size) true, and tells how many of them, from `address` on, are
    // there; fewer where the process has no memory or gives none.
    virtual std::size_t fetch(Address address, std::size_t size) = 0;
};

}  // namespace pycore
