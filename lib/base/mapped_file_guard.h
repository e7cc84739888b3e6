// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What happens when a mapped file shrinks under us or its disk fails: the kernel sends SIGBUS to the
// thread that reads it. There is no way to go on with the read (zeros in place of the bytes would be
// a lie), so the guard ends the program with one sentence instead of a crash:
//   pycore: core.4242: cannot be read any more; was it cut or replaced meanwhile, or did its disk fail?
// Any other bus error still crashes. Only main() installs it: a library must not take a signal.

#include <cstddef>

namespace pycore {

class MappedFile;

void install_mapped_file_guard();

// For MappedFile only: registers a mapping for as long as it lives. Past kMaxGuardedFiles a file is
// not registered, and a bus error in it is a crash.
inline constexpr std::size_t kMaxGuardedFiles = 4096;
std::size_t guard_mapped_file(const MappedFile& file);
void unguard_mapped_file(std::size_t slot);

}  // namespace pycore
