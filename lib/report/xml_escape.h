// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

#include <string>
#include <string_view>

namespace pycore {

// Text out of a dump as it may stand in an XML 1.0 element or attribute value: with what XML has no character
// for told as in report/escape. Line breaks stay where `keep_lines` is set.
std::string xml_text(std::string_view text, bool keep_lines = false);

}  // namespace pycore
