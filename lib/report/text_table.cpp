// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/text_table.h"

#include <algorithm>

#include "report/utf8.h"

namespace pycore {

std::string TextTable::render() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()), 1);
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string out;
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string& cell = row[i].empty() ? "-" : row[i];
            out += cell;
            const bool last = i + 1 == row.size();
            if (!last) out.append(widths[i] - display_width(cell) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace pycore
