// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A table of left-aligned columns, as wide as their widest cell on a terminal.

#include <string>
#include <utility>
#include <vector>

namespace pycore {

class TextTable {
public:
    // Cells are escaped text; an empty one prints as "-".
    void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string render() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace pycore
