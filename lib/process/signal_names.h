// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Names of Linux signals and of their si_code values (asm-generic/siginfo.h), independent of the
// machine that we run on.

#include <optional>
#include <string>

namespace pycore {

// "SIGSEGV"; "signal 77" for a number without a name.
std::string signal_name(int number);

// "SEGV_MAPERR", "SI_USER"; nullopt where the pair has no name.
std::optional<std::string> signal_code_name(int number, int code);

}  // namespace pycore
