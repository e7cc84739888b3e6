// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "query.h"

namespace pycore {
namespace {

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    Query query;
    query.answers_without_stacks = true;
    query.write_text = write_info_text;
    query.write_json = write_info_json;
    return run_query(invocation, invocation.read_options(tool.needs), query);
}

}  // namespace

Tool info_tool() { return {"info", "whose core this is, and what the process died of", ReadDepth::Stacks, {}, run}; }

}  // namespace pycore
