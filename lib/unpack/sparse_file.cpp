// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "unpack/sparse_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pycore {
namespace {

FileDescriptor create_in(const std::string& folder) {
    FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
    // Not every file system has nameless files (NFS, old overlays).
    std::string pattern = folder + "/pycore-XXXXXX";
    FileDescriptor named(::mkostemp(pattern.data(), O_CLOEXEC));
    if (named) ::unlink(pattern.c_str());
    return named;
}

bool is_zero(std::span<const std::byte> bytes) {
    return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Error cannot_write(const std::string& folder, int number) {
    const auto code = number == ENOSPC || number == EDQUOT || number == EFBIG ? ErrorCode::Limit : ErrorCode::Io;
    return {code, folder + ": " + std::strerror(number) + "; set TMPDIR to a folder with room", {}};
}

}  // namespace

std::vector<std::string> SparseFile::candidate_folders() {
    const char* chosen = ::getenv("TMPDIR");
    if (chosen != nullptr && *chosen != '\0') return {chosen};
    return {"/var/tmp", "/tmp"};
}

Result<SparseFile> SparseFile::create() {
    int last_error = ENOENT;
    std::string last_folder;
    for (const std::string& folder : candidate_folders()) {
        FileDescriptor file = create_in(folder);
        if (file) return SparseFile(std::move(file), folder);
        last_error = errno;
        last_folder = folder;
    }
    return cannot_write(last_folder, last_error);
}

Result<void> SparseFile::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto block = bytes.first(std::min(kBlockSize, bytes.size()));
        std::size_t run = block.size();
        if (!is_zero(block)) {
            while (run < bytes.size() && !is_zero(bytes.subspan(run, std::min(kBlockSize, bytes.size() - run)))) {
                run = std::min(run + kBlockSize, bytes.size());
            }
            if (auto written = write_at(size_, bytes.first(run)); !written) return written;
        }
        size_ += run;
        bytes = bytes.subspan(run);
    }
    return {};
}

Result<void> SparseFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cannot_write(folder_, errno);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

std::uint64_t SparseFile::disk_bytes() const {
    struct stat status {};
    return ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * 512 : 0;
}

Result<std::shared_ptr<const MappedFile>> SparseFile::map(std::string name, MappedFile::Use use) const {
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return cannot_write(folder_, errno);
    return MappedFile::from_descriptor(std::move(name), file_.get(), use);
}

}  // namespace pycore
