// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// How much of the variables of frames is read.

namespace pycore {

enum class LocalsDepth {
    None,
    Types,  // names and types, of a process whose text is not to be looked at
    Values,
};

}  // namespace pycore
