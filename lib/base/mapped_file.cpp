// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pycore {
namespace {

Error system_error(const std::string& path, int number) {
    const auto code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io;
    return {code, path + ": " + std::strerror(number), {}};
}

struct FileDescriptor {
    int number;
    ~FileDescriptor() {
        if (number >= 0) ::close(number);
    }
};

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path, Protection protection) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const FileDescriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (fd.number < 0) return system_error(path, errno);
    struct stat status {};
    if (::fstat(fd.number, &status) != 0) return system_error(path, errno);
    if (S_ISDIR(status.st_mode)) return system_error(path, EISDIR);
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::Io, path + ": not a regular file", {}};
    const auto size = static_cast<std::size_t>(status.st_size);
    std::span<const std::byte> bytes;
    if (size > 0) {
        const int access = protection == Protection::CopyOnWrite ? PROT_READ | PROT_WRITE : PROT_READ;
        void* start = ::mmap(nullptr, size, access, MAP_PRIVATE | MAP_NORESERVE, fd.number, 0);
        if (start == MAP_FAILED) return system_error(path, errno);
        bytes = {static_cast<const std::byte*>(start), size};
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(path, bytes));
}

MappedFile::MappedFile(std::string path, std::span<const std::byte> bytes) : path_(std::move(path)), bytes_(bytes) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace pycore
