// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The header of a member of a tar archive (POSIX.1-2017, pax "ustar interchange format"): 512 bytes, then the
// member's bytes, filled up to a multiple of 512. Numbers are octal digits; one that needs more room than that has its
// highest bit set and is binary, big-endian (GNU tar). The archive ends with two blocks of zeros.

#include <cstddef>

namespace pycore {

inline constexpr std::size_t kTarBlock = 512;

struct TarHeader {
    char name[100];
    char mode[8];
    char owner[8];
    char group[8];
    char size[12];
    char time[12];
    char checksum[8];  // sum of all bytes of the header, with blanks in this field
    char type;         // '0' file, '1' hard link, '5' folder, 'x' pax records of the next member, ...
    char link[100];
    char magic[6];    // "ustar"
    char version[2];  // "00"
    char owner_name[32];
    char group_name[32];
    char device_major[8];
    char device_minor[8];
    char prefix[155];  // of the name, with a "/" between them
    char padding[12];
};
static_assert(sizeof(TarHeader) == kTarBlock);

}  // namespace pycore
