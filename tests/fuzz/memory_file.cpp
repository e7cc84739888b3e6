// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace pycore::fuzz {
namespace {

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "fuzz: cannot %s a file in memory\n", what);
    std::exit(2);  // of the machine, not of the input
}

}  // namespace

MemoryFile::MemoryFile(Bytes bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(static_cast<bool>(file_), "make");
    write_at(0, bytes);
}

void MemoryFile::write_at(std::uint64_t offset, Bytes bytes) const {
    while (!bytes.empty()) {
        const ssize_t done = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        require(done > 0, "write");
        offset += static_cast<std::uint64_t>(done);
        bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
}

std::shared_ptr<const MappedFile> MemoryFile::map() const {
    auto file = MappedFile::from_descriptor("core.1", file_.get());
    require(file.has_value(), "map");
    return *std::move(file);
}

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

}  // namespace pycore::fuzz
