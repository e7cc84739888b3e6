// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "query.h"

namespace pycore {
namespace {

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    Query query;
    query.write_text = write_gil_text;
    query.write_json = write_gil_json;
    return run_query(invocation, invocation.read_options(tool.needs), query);
}

}  // namespace

Tool gil_tool() {
    return {"gil", "who holds the GIL of each interpreter, and who waits for it", ReadDepth::Python, {}, run};
}

}  // namespace pycore
