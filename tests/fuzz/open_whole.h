// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Opens a core and looks at everything that a snapshot promises.

#include "fuzz/target.h"

namespace pycore::fuzz {

void open_whole(Bytes core);

}  // namespace pycore::fuzz
