// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A JobTree as a document that can be merged with others, schema "pycore/merge-part/1": frames, roles with
// their nodes, stacks and members as rows of numbers, each on a line of its own. Equal trees are equal bytes.
//   frame   ["p" or "n", FILE, FUNCTION]
//   node    [PARENT, FRAME, FIRST, LAST, FIRST, LAST, ...]   members' runs; a root is its own parent
//   stack   [ROLE, NODE, LINE, LINE, ...]
// What is read is untrusted: every number is checked.

#include <string>
#include <string_view>

#include "base/result.h"
#include "report/json_stream.h"
#include "state/job_tree.h"

namespace pycore {

// With a sink, what is returned is the rest only.
std::string write_job_part(const JobTree& tree, std::string_view tool_version, TextSink sink = {});
Result<JobTree> read_job_part(std::string_view document);

}  // namespace pycore
