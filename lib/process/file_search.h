// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FileSearch says where files that a core names are looked for.

#include <string>
#include <vector>

namespace pycore {

struct FileSearch {
    std::string sysroot;                  // put before recorded paths; tried before the path itself
    std::vector<std::string> debug_dirs;  // besides /usr/lib/debug
    std::string executable;               // the program's file, wherever it is now
    bool use_debuginfod = false;
};

}  // namespace pycore
