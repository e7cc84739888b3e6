// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// In which share of real stacks a frame stands, for frames so common that a small batch would take them for
// telling. frame_prior.inc says which command made the table.

#include <optional>
#include <string_view>

namespace pycore {

// 0 to 1; nullopt: not one of the common ones.
std::optional<double> prior_share_of(std::string_view frame);

}  // namespace pycore
