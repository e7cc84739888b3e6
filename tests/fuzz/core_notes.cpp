// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// The content of one PT_NOTE segment.
#include "process/core_notes.h"

#include "fuzz/target.h"
#include "process/core_origin.h"

namespace pycore::fuzz {

void fuzz_core_notes(Bytes input) {
    CoreNotes notes;
    Diagnostics diagnostics;
    parse_core_notes(input, notes, diagnostics);
    parse_core_notes(input, notes, diagnostics);  // a core may have several segments of notes
}

}  // namespace pycore::fuzz
