// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/layout_tables.h"

#include <cstdlib>

namespace pycore::layout {
namespace {

#define LAYOUT_TABLE_BEGIN(name) \
    RuntimeLayout name() {       \
        RuntimeLayout layout;
#define LAYOUT_TABLE_END \
    return layout;       \
    }
#define LAYOUT_OFFSET(group, field, value) layout.group.field = value;

LAYOUT_TABLE_BEGIN(python_3_8_18)
#include "layout/tables/cpython_3_8_18.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_9_2)
#include "layout/tables/cpython_3_9_2.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_9_18)
#include "layout/tables/cpython_3_9_18.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_10_13)
#include "layout/tables/cpython_3_10_13.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_11_2)
#include "layout/tables/cpython_3_11_2.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_11_7)
#include "layout/tables/cpython_3_11_7.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_12_1)
#include "layout/tables/cpython_3_12_1.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_13_0)
#include "layout/tables/cpython_3_13_0.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_13_5)
#include "layout/tables/cpython_3_13_5.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_14_10)
#include "layout/tables/cpython_3_14_10.def"
LAYOUT_TABLE_END

LAYOUT_TABLE_BEGIN(python_3_15_2)
#include "layout/tables/cpython_3_15_2.def"
LAYOUT_TABLE_END

#undef LAYOUT_OFFSET
#undef LAYOUT_TABLE_BEGIN
#undef LAYOUT_TABLE_END

struct Entry {
    PythonVersion version;
    RuntimeLayout (*make)();
};

// Ascending. Patch releases between two entries use the nearer one.
constexpr Entry kTables[] = {
    {{3, 8, 18}, python_3_8_18},   {{3, 9, 2}, python_3_9_2},   {{3, 9, 18}, python_3_9_18},
    {{3, 10, 13}, python_3_10_13}, {{3, 11, 2}, python_3_11_2}, {{3, 11, 7}, python_3_11_7},
    {{3, 12, 1}, python_3_12_1},   {{3, 13, 0}, python_3_13_0}, {{3, 13, 5}, python_3_13_5},
    {{3, 14, 10}, python_3_14_10}, {{3, 15, 2}, python_3_15_2},
};

int distance(const PythonVersion& entry, const PythonVersion& wanted) {
    return wanted.micro < 0 ? 0 : std::abs(entry.micro - wanted.micro);  // unknown: the newest will do
}

}  // namespace

std::optional<LayoutTable> find_layout_table(const PythonVersion& version) {
    const Entry* nearest = nullptr;
    for (const Entry& entry : kTables) {
        if (entry.version.major != version.major || entry.version.minor != version.minor) continue;
        if (nearest == nullptr || distance(entry.version, version) <= distance(nearest->version, version)) {
            nearest = &entry;
        }
    }
    if (nearest == nullptr) return std::nullopt;
    return LayoutTable{nearest->version, nearest->make(), nearest->version == version};
}

}  // namespace pycore::layout
