// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The document of `pycore freeze` (docs/schema/freeze-1.schema.json) read back: what a worker tells its parent, and the
// index of a folder of snapshots.

#include <string>
#include <string_view>

#include "base/result.h"
#include "state/freeze_result.h"

namespace pycore {

// An Error if it is no such document. What a key that is not there would say is unknown.
Result<FreezeDocument> parse_freeze_document(std::string_view json);

// The same from a file: NotFound if there is none.
Result<FreezeDocument> read_freeze_index(const std::string& path);

// `more` behind `document`; a result for a file that is told already replaces the older one.
void append(FreezeDocument& document, FreezeDocument more);

}  // namespace pycore
