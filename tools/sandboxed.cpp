// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "sandboxed.h"

#include "elf/debuginfod.h"
#include "output.h"
#include "sandbox/sandbox.h"
#include "unpack/unpack_file.h"

namespace pycore {
namespace {

void allow_debuginfod(SandboxLeave& leave, const ReadOptions& read) {
    if (!read.search.use_debuginfod) return;
    leave.network = true;
    const auto cache = prepare_debuginfod_cache();
    if (cache) leave.writable.push_back(*cache);
}

SandboxLeave leave_for(const Invocation& invocation, const ReadOptions& read, const std::string& output) {
    SandboxLeave leave;
    leave.writable = folders_to_unpack(invocation.target());
    for (const std::string& target : invocation.targets()) {
        const auto folders = folders_to_unpack(target);
        leave.writable.insert(leave.writable.end(), folders.begin(), folders.end());
    }
    if (!output.empty()) leave.writable.push_back(place_to_write(output));
    if (invocation.has("update")) leave.writable.push_back(place_to_write(invocation.value("baseline")));
    allow_debuginfod(leave, read);
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

void enter_reader_sandbox(const Invocation& invocation, const ReadOptions& read) {
    if (invocation.has("no-sandbox")) return;
    SandboxLeave leave;
    leave.writable = folders_to_unpack();
    allow_debuginfod(leave, read);
    enter_sandbox(leave);
}

}  // namespace pycore
