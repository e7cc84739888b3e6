// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// A tar archive, and the same taken for a bundle.
#include "archive/file_bundle.h"
#include "archive/tar_reader.h"
#include "fuzz/memory_file.h"

namespace pycore::fuzz {
namespace {

// A member that leads out of the archive is a read that AddressSanitizer sees.
void look_at(Bytes bytes) {
    volatile unsigned sum = 0;
    for (const std::byte byte : bytes) sum = sum + std::to_integer<unsigned>(byte);
}

}  // namespace

void fuzz_archive(Bytes input) {
    for (const TarMember& member : parse_tar(input).members) look_at(member.bytes);
    const MemoryFile file(input);
    Diagnostics diagnostics;
    const auto bundle = FileBundle::open(file.map(), diagnostics);
    if (bundle) look_at((*bundle)->core());
}

}  // namespace pycore::fuzz
