// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// The bytes of a core file.
#include "fuzz/open_whole.h"

namespace pycore::fuzz {

void fuzz_core(Bytes input) { open_whole(input); }

}  // namespace pycore::fuzz
