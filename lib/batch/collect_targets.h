// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// From what was named on a command line to what is to be read: files, all that lies below folders, patterns.
// In folders only what pycore reads is taken, known by its content; what was named by itself is always told
// of. The order is that of the paths, whatever the order on the disk was.

#include <string>
#include <vector>

#include "batch/target.h"

namespace pycore {

struct CollectLimits {
    std::size_t files = 1'000'000;  // looked at, in all folders
    std::size_t depth = 16;         // folders in folders; links to folders are not followed
};

struct CollectedTargets {
    std::vector<Target> targets;       // by path, each once
    std::vector<UnreadTarget> unread;  // by path: cannot be opened, is nothing that pycore reads, was never written
    std::size_t passed_over = 0;       // files in folders that are something else
    std::vector<std::string> notes;    // sentences: a folder that cannot be listed, a limit
};

CollectedTargets collect_targets(const std::vector<std::string>& names, const CollectLimits& limits = {});

}  // namespace pycore
