// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Finding is one thing that decides whether freezing will work, as `pycore doctor` tells it.

#include <string>

namespace pycore {

struct Finding {
    enum class State {
        Ok,
        Warn,  // it works, but not all of it, or not always
        No,    // it does not work
    };
    std::string about;  // "machine", "process", "slurm", "output"
    std::string what;   // "ptrace scope"
    State state = State::Ok;
    std::string told;     // what was found, a sentence
    std::string way_out;  // what to do about it; "" if nothing has to be done
};

}  // namespace pycore
