// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What zstd, lz4, xz and gzip make of a text.

#include <string>

namespace pycore::test {

std::string pack_zstd(const std::string& text);
std::string pack_lz4(const std::string& text);
std::string pack_xz(const std::string& text);
std::string pack_gzip(const std::string& text);

}  // namespace pycore::test
