// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Parts of a triage as files (schema pycore/triage-part/1): what `--partial` writes and `--merge` reads.

#include <string>
#include <string_view>

#include "base/result.h"
#include "state/triage.h"

namespace pycore {

// With one line an input and one a stack.
std::string write_triage_part(const TriagePart& part, std::string_view tool_version);

// An Error if it is no sound part of this schema. A part is untrusted: what it says is bounded and checked.
Result<TriagePart> read_triage_part(std::string_view document);

// Whether a file that begins like this may be a part.
bool looks_like_triage_part(std::string_view front);

}  // namespace pycore
