// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Colours of text reports. Without colour every paint() returns its text unchanged.

#include <string>
#include <string_view>

namespace pycore {

enum class Paint { Header, Function, File, Native, Caret, Crash, Dim };

class Palette {
public:
    explicit Palette(bool colored) : colored_(colored) {}
    std::string paint(Paint what, std::string_view text) const;

private:
    bool colored_;
};

}  // namespace pycore
