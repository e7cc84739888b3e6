// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/debug_offsets.h"

#include "fuzz/target.h"
#include "layout/validate_layout.h"

namespace pycore::fuzz {

void fuzz_debug_offsets(Bytes input) {
    auto offsets = layout::parse_debug_offsets(input);
    if (!offsets) return;
    for (const layout::VersionTraits& traits : layout::all_traits()) {
        static_cast<void>(layout::validate_layout(offsets->layout, traits));
    }
    layout::to_text(offsets->layout);
}

}  // namespace pycore::fuzz
