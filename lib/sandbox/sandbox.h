// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The sandbox: what pycore forbids itself before it reads what it does not trust. Should a crafted core
// ever get the better of a parser, ours or a library's, it finds a process that can execute nothing, connect
// to nothing, write nothing but what it was told to write, and look into no other process.
//   no new privileges   set-user-ID programs are none for us (prctl(2))
//   Landlock            files are for reading; no TCP; no signals to others (Linux 5.13+, landlock(7))
//   seccomp             system calls that no reader of files needs are refused (seccomp(2))
// Each is taken where the kernel has it, and left out without a word where it has not.

#include <string>
#include <vector>

namespace pycore {

// What has to stay allowed.
struct SandboxLeave {
    bool network = false;               // sockets, and what a client library does with its files
    std::vector<std::string> writable;  // folders to make and replace files in; special files to write to
};

struct Sandbox {
    bool no_new_privileges = false;
    int landlock = 0;  // version of its interface; 0: not there
    bool system_calls = false;
};

// For the rest of the process's life. Call it before any thread is started.
Sandbox enter_sandbox(const SandboxLeave& leave);

// "confined by Landlock 4 and seccomp", for a note.
std::string describe(const Sandbox& sandbox);

}  // namespace pycore
