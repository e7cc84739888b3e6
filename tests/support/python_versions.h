// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The builds of CPython that tests run over: one of each minor version, and the free-threaded ones.

#include <string>
#include <vector>

#include "layout/python_version.h"
#include "layout/versions.h"

namespace pycore::test {

struct Build {
    layout::PythonVersion version;
    bool free_threaded = false;

    Build(layout::PythonVersion of, bool without_gil = false) : version(of), free_threaded(without_gil) {}
    std::string name() const { return to_string(version) + (free_threaded ? "t" : ""); }
};

inline std::vector<Build> all_builds() {
    std::vector<Build> builds;
    for (int minor = layout::kOldestMinor; minor <= layout::kNewestMinor; ++minor) {
        builds.push_back(layout::PythonVersion{3, minor, -1});
        if (minor >= layout::kOldestSelfDescribingMinor) builds.push_back({{3, minor, -1}, true});
    }
    return builds;
}

}  // namespace pycore::test
