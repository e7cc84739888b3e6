// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// A compressed file, of any format that its first bytes say.
#include "fuzz/memory_file.h"
#include "unpack/unpack_file.h"

namespace pycore::fuzz {

void fuzz_unpack(Bytes input) {
    const auto compression = find_compression(input);
    if (!compression) return;
    UnpackLimits limits;
    limits.ratio = 100;
    limits.size_bytes = 4 << 20;
    const MemoryFile file(input);
    static_cast<void>(unpack_file(*file.map(), *compression, limits));
}

}  // namespace pycore::fuzz
