// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/address.h"

#include <fmt/format.h>

namespace pycore {

std::string to_string(Address address) { return fmt::format("{:#x}", address.value); }

}  // namespace pycore
