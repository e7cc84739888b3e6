// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/mapped_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file_descriptor.h"
#include "base/mapped_file_guard.h"

namespace pycore {
namespace {

// O_NONBLOCK: should a FIFO take the file's place, opening it must not wait for a writer.
constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int kLookFlags = O_PATH | O_CLOEXEC;  // opens nothing: no driver is asked, nothing blocks

Error system_error(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR: return {ErrorCode::NotFound, "no such file", {}};
        case ENOMEM: return {ErrorCode::Io, "no address space to map it; is there a limit (ulimit -v)?", {}};
        default: return {ErrorCode::Io, std::strerror(number), {}};
    }
}

std::string_view kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    return "something else";
}

// Files in these look regular and are not: reading one runs a driver's code.
bool is_kernel_file(int descriptor) {
    struct statfs system {};
    if (::fstatfs(descriptor, &system) != 0) return false;
    return system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC || system.f_type == DEBUGFS_MAGIC ||
           system.f_type == TRACEFS_MAGIC;
}

Result<std::uint64_t> regular_file_size(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return system_error(errno);
    if (!S_ISREG(status.st_mode)) {
        return Error{ErrorCode::Io, "not a regular file but " + std::string(kind_of(status.st_mode)), {}};
    }
    return static_cast<std::uint64_t>(status.st_size);
}

// Looks at what `place` (an O_PATH descriptor) names, and opens it for reading only if it is regular.
Result<FileDescriptor> open_regular(const FileDescriptor& place, const std::string& path) {
    if (!place) return system_error(errno);
    if (auto size = regular_file_size(place.get()); !size) return std::move(size).error();
    if (is_kernel_file(place.get())) return Error{ErrorCode::Io, "not a regular file but one of the kernel's", {}};
    const std::string link = "/proc/self/fd/" + std::to_string(place.get());
    FileDescriptor file(::open(link.c_str(), kReadFlags));
    if (!file && errno == ENOENT) file = FileDescriptor(::open(path.c_str(), kReadFlags));  // without /proc
    if (!file) return system_error(errno);
    return file;
}

FileDescriptor look_in_root(const std::string& root, const std::string& path) {
    const FileDescriptor directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return FileDescriptor();
    open_how how{};
    how.flags = kLookFlags;
    how.resolve = RESOLVE_IN_ROOT;
    const long found = ::syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof(how));
    if (found < 0 && (errno == ENOSYS || errno == EPERM)) {
        return FileDescriptor(::open((root + path).c_str(), kLookFlags));
    }
    return FileDescriptor(static_cast<int>(found));
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path, Use use) {
    const FileDescriptor place(::open(path.c_str(), kLookFlags));
    auto file = open_regular(place, path);
    if (!file) return std::move(file).error();
    return from_descriptor(path, file->get(), use);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open_in_root(const std::string& root, const std::string& path,
                                                                   Use use) {
    const std::string joined = root + path;
    const FileDescriptor place = look_in_root(root, path);
    auto file = open_regular(place, joined);
    if (!file) return std::move(file).error();
    return from_descriptor(joined, file->get(), use);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::from_descriptor(std::string name, int descriptor, Use use) {
    const auto size = regular_file_size(descriptor);
    if (!size) return size.error();
    std::span<const std::byte> bytes;
    if (*size > 0) {
        const int protection = use == Use::ReadOnly ? PROT_READ : PROT_READ | PROT_WRITE;
        // Whatever the file's size, nothing is reserved for it.
        void* start = ::mmap(nullptr, *size, protection, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
        if (start == MAP_FAILED) return system_error(errno);
        bytes = {static_cast<const std::byte*>(start), *size};
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(std::move(name), bytes));
}

MappedFile::MappedFile(std::string path, std::span<const std::byte> bytes) : path_(std::move(path)), bytes_(bytes) {
    guard_slot_ = guard_mapped_file(*this);
}

void MappedFile::let_go() const {
    if (bytes_.empty()) return;
    ::madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

MappedFile::~MappedFile() {
    unguard_mapped_file(guard_slot_);
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace pycore
