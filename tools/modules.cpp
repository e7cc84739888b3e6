// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "query.h"

namespace pycore {
namespace {

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    Query query;
    query.subject = Subject::Process;
    query.write_text = write_modules_text;
    query.write_json = write_modules_json;
    return run_query(invocation, invocation.read_options(tool.needs), query);
}

}  // namespace

Tool modules_tool() {
    return {"modules", "the files that were mapped, and whether they are here", ReadDepth::Process, {}, run};
}

}  // namespace pycore
