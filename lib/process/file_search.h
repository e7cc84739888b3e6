// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FileSearch says where files that a core names are looked for.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "archive/file_bundle.h"

namespace pycore {

struct FileSearch {
    std::string sysroot;                  // put before recorded paths; tried before the path itself
    std::vector<std::string> debug_dirs;  // besides /usr/lib/debug
    std::string executable;               // the program's file, wherever it is now
    bool use_debuginfod = false;
    std::shared_ptr<const FileBundle> bundle =
        {};                             // files that came with the core, tried before all others; may be null
    std::set<std::string> silent = {};  // recorded paths that are not to be opened: their file system hangs
    std::map<std::string, std::string> places = {};  // recorded path -> where that very file can be opened now
};

}  // namespace pycore
