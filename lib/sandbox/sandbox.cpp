// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "sandbox/sandbox.h"

#include <sys/prctl.h>

#include "sandbox/landlock.h"
#include "sandbox/system_call_filter.h"

namespace pycore {

Sandbox enter_sandbox(const SandboxLeave& leave) {
    Sandbox sandbox;
    sandbox.no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (!sandbox.no_new_privileges) return sandbox;  // the others need it
    sandbox.landlock = restrict_files(leave);
    sandbox.system_calls = filter_system_calls(leave);
    return sandbox;
}

std::string describe(const Sandbox& sandbox) {
    const std::string landlock = "Landlock " + std::to_string(sandbox.landlock);
    if (sandbox.landlock > 0 && sandbox.system_calls) return "confined by " + landlock + " and seccomp";
    if (sandbox.landlock > 0) return "confined by " + landlock + ", without seccomp";
    if (sandbox.system_calls) return "confined by seccomp, without Landlock, which this kernel does not offer";
    return "not confined: this kernel offers neither Landlock nor seccomp";
}

}  // namespace pycore
