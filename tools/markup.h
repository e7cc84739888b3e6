// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Turns the little Markdown of the manuals (see manual.h) into plain text or man(7). The first line is
// "# name - summary".

#include <string>
#include <string_view>

namespace pycore {

std::string markup_to_terminal(std::string_view text);
std::string markup_to_roff(std::string_view text, std::string_view version);

}  // namespace pycore
