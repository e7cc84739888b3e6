// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "query.h"

namespace pycore {
namespace {

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    Query query;
    query.write_text = write_threads_text;
    query.write_json = write_threads_json;
    return run_query(invocation, invocation.read_options(tool.needs), query);
}

}  // namespace

Tool threads_tool() {
    return {"threads", "one line a thread: its state, what it waits for, where it is", ReadDepth::Stacks, {}, run};
}

}  // namespace pycore
