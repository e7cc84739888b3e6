// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/build_flags.h"

#include "python/dict_object.h"

namespace pycore {

std::optional<std::string> read_abi_flags(const Remote& remote, TypeObjects& types, Address interpreter) {
    const auto names = read_pointer_field(remote, interpreter, remote.layout.interpreter_state.sysdict, "sysdict");
    if (!names || !*names) return std::nullopt;
    const auto flags = find_item(remote, types, *names, "abiflags");
    if (!flags || !*flags) return std::nullopt;
    auto text = read_text(remote, types, **flags);
    return text ? std::optional(*std::move(text)) : std::nullopt;
}

}  // namespace pycore
