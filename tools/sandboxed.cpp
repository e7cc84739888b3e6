// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "sandboxed.h"

#include "elf/debuginfod.h"
#include "output.h"
#include "sandbox/sandbox.h"
#include "unpack/unpack_file.h"

namespace pycore {
namespace {

SandboxLeave leave_for(const Invocation& invocation, const ReadOptions& read, const std::string& output) {
    SandboxLeave leave;
    leave.writable = folders_to_unpack(invocation.target());
    for (const std::string& target : invocation.targets()) {
        const auto folders = folders_to_unpack(target);
        leave.writable.insert(leave.writable.end(), folders.begin(), folders.end());
    }
    if (!output.empty()) leave.writable.push_back(place_to_write(output));
    if (!read.search.use_debuginfod) return leave;
    leave.network = true;
    const auto cache = prepare_debuginfod_cache();
    if (cache) leave.writable.push_back(*cache);
    return leave;
}

}  // namespace

void enter_sandbox_for(const Invocation& invocation, const ReadOptions& read) {
    enter_sandbox_for(invocation, read, invocation.value("output"));
}

void enter_sandbox_for(const Invocation& invocation, const ReadOptions& read, const std::string& output) {
    const bool wanted = !invocation.has("no-sandbox");
    const std::string state =
        wanted ? describe(enter_sandbox(leave_for(invocation, read, output))) : "not confined: --no-sandbox is given";
    if (invocation.has("verbose")) print_error(invocation.tool(), state);
}

}  // namespace pycore
