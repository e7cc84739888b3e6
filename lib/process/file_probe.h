// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A process that hangs may hang for a file system that does not answer; whoever opens the same file then hangs with it.
// So files of a running process are first opened by a child of ours, which may be left behind.

#include <cstdint>
#include <set>
#include <string>

#include "base/diagnostics.h"

namespace pycore {

// Those of `paths` (absolute, as the process sees them) whose file system does not answer within two seconds. Nothing
// is tried where all mounts of the process are of kinds that need nobody's answer (ext4, tmpfs, ...). What is found is
// told.
std::set<std::string> find_silent_files(std::int64_t pid, const std::set<std::string>& paths, Diagnostics& diagnostics);

// A program in a container knows its files by other paths: where its root directory is for us, "" if it is ours.
std::string root_of(std::int64_t pid);

}  // namespace pycore
