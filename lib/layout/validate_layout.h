// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A layout is input: it may come out of a damaged dump. It is judged once, up front; after that
// readers trust that required fields are there and that no field lies outside of its structure.

#include "base/result.h"
#include "layout/runtime_layout.h"
#include "layout/versions.h"

namespace pycore::layout {

// Corrupt: a field lies outside of its structure or a structure is absurdly large. Unsupported: a
// field is missing without which frames cannot be read.
Result<void> validate_layout(const RuntimeLayout& layout, const VersionTraits& traits);

}  // namespace pycore::layout
