// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

namespace pycore {
namespace {

constexpr int kMaxNumber = 10'000;  // of files of one name

Error output_error(const std::string& path, int number) {
    return {ErrorCode::Io, "cannot write " + path + ": " + std::strerror(number), {}};
}

// The errno that kept it from writing all of the text.
std::optional<int> write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t done = ::write(fd, text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    return std::nullopt;
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

// The path behind symbolic links, so that a rename replaces the file and not the link to it.
std::string resolved(const std::string& path) {
    std::error_code failure;
    const auto target = std::filesystem::canonical(path, failure);
    return failure ? path : target.string();
}

bool is_special_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

Result<void> write_special_file(const std::string& path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return output_error(path, errno);
    const auto failure = write_all(fd, text);
    ::close(fd);
    if (failure && *failure != EPIPE) return output_error(path, *failure);
    return {};
}

// mkstemp makes files that only their owner reads; a report is as open as the umask lets it be.
void apply_umask(int fd) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(fd, 0666 & ~mask);
}

}  // namespace

Result<void> write_stdout(std::string_view text) {
    const auto failure = write_all(STDOUT_FILENO, text);
    if (failure && *failure != EPIPE) return output_error("the standard output", *failure);
    return {};
}

namespace {

constexpr std::size_t kBlock = 4096;

// A regular file that is written from front to back; blocks of zeros are not written.
class SparseOutput {
public:
    explicit SparseOutput(int fd) : fd_(fd) {}

    std::optional<int> write(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::string_view block = bytes.substr(0, kBlock - size_ % kBlock);
            if (block.size() == kBlock && block.find_first_not_of('\0') == std::string_view::npos) {
                size_ += kBlock;
                bytes.remove_prefix(kBlock);
                continue;
            }
            std::size_t run = block.size();
            while (run < bytes.size() && bytes.substr(run, kBlock).find_first_not_of('\0') != std::string_view::npos) {
                run += std::min(kBlock, bytes.size() - run);
            }
            if (::lseek(fd_, static_cast<off_t>(size_), SEEK_SET) < 0) return errno;
            if (const auto failure = write_all(fd_, bytes.substr(0, run))) return failure;
            size_ += run;
            bytes.remove_prefix(run);
        }
        return std::nullopt;
    }
    std::optional<int> finish() const {
        return ::ftruncate(fd_, static_cast<off_t>(size_)) == 0 ? std::nullopt : std::optional(errno);
    }
    std::uint64_t size_bytes() const { return size_; }

private:
    int fd_;
    std::uint64_t size_ = 0;
};

enum class Privacy { AsUsual, OwnerOnly };

// Gives the temporary file its name, or takes it away. `failure` is what went wrong before.
Result<void> settle(int fd, const std::string& temporary, const std::string& place, std::optional<int> failure) {
    if (::close(fd) != 0 && !failure) failure = errno;
    if (!failure && ::rename(temporary.c_str(), place.c_str()) != 0) failure = errno;
    if (!failure) return {};
    ::unlink(temporary.c_str());
    return output_error(place, *failure);
}

Result<void> replace_file(const std::string& path, std::string_view text, Privacy privacy) {
    if (is_special_file(path)) return write_special_file(path, text);
    const std::string place = resolved(path);
    std::string temporary = place + ".XXXXXX";
    const int fd = ::mkstemp(temporary.data());
    if (fd < 0) return output_error(path, errno);
    if (privacy == Privacy::AsUsual) apply_umask(fd);
    auto failure = write_all(fd, text);
    if (!failure && privacy == Privacy::OwnerOnly && ::fsync(fd) != 0) failure = errno;
    return settle(fd, temporary, place, failure);
}

Result<std::uint64_t> write_special_file(const std::string& path, const FileContent& content) {
    std::string all;
    auto made = content([&](std::string_view piece) {
        all += piece;
        return Result<void>();
    });
    if (!made) return std::move(made).error();
    if (auto done = write_special_file(path, all); !done) return std::move(done).error();
    return all.size();
}

}  // namespace

Result<void> write_file(const std::string& path, std::string_view text) {
    return replace_file(path, text, Privacy::AsUsual);
}

Result<void> write_private_file(const std::string& path, std::string_view bytes) {
    return replace_file(path, bytes, Privacy::OwnerOnly);
}

namespace {

std::string numbered(const std::string& stem, int number, std::string_view suffix) {
    return (number == 1 ? stem : stem + "." + std::to_string(number)) + std::string(suffix);
}

// All of the content, and on the disk.
Result<void> fill(SparseOutput& output, int fd, const FileContent& content, const std::string& path) {
    std::optional<int> failure;
    auto made = content([&](std::string_view piece) {
        failure = output.write(piece);
        return failure ? Result<void>(output_error(path, *failure)) : Result<void>();
    });
    if (!made) return made;
    failure = output.finish();
    if (!failure && ::fsync(fd) != 0) failure = errno;
    return failure ? Result<void>(output_error(path, *failure)) : Result<void>();
}

// A file without a name, which is gone if nobody gives it one; -1 where the file system has no such files.
int open_nameless(const std::string& folder) { return ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600); }

// Zero, or the errno that kept the file from its name: EEXIST, if another has it.
int give_name(int fd, const std::string& temporary, const std::string& path) {
    if (!temporary.empty()) return ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    const std::string self = "/proc/self/fd/" + std::to_string(fd);
    return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

}  // namespace

Result<NewFile> write_new_private_file(const std::string& folder, const std::string& stem, std::string_view suffix,
                                       const FileContent& content) {
    NewFile file = {numbered(stem, 1, suffix), 0};
    std::string temporary;
    int fd = open_nameless(folder);
    if (fd < 0) {
        temporary = folder + "/.pycore-XXXXXX";
        fd = ::mkstemp(temporary.data());
    }
    if (fd < 0) return output_error(folder + "/" + file.name, errno);
    SparseOutput output(fd);
    auto made = fill(output, fd, content, folder + "/" + file.name);
    for (int number = 1; made && number <= kMaxNumber; ++number) {
        file.name = numbered(stem, number, suffix);
        const int error = give_name(fd, temporary, folder + "/" + file.name);
        if (error == 0) break;
        if (error != EEXIST || number == kMaxNumber) made = output_error(folder + "/" + file.name, error);
        if (!made) break;
    }
    ::close(fd);
    if (!temporary.empty()) ::unlink(temporary.c_str());
    if (!made) return std::move(made).error();
    file.bytes = output.size_bytes();
    return file;
}

Result<std::uint64_t> write_private_file(const std::string& path, const FileContent& content) {
    if (is_special_file(path)) return write_special_file(path, content);
    const std::string place = resolved(path);
    std::string temporary = place + ".XXXXXX";
    const int fd = ::mkstemp(temporary.data());
    if (fd < 0) return output_error(path, errno);
    SparseOutput output(fd);
    std::optional<int> failure;
    auto made = content([&](std::string_view piece) {
        failure = output.write(piece);
        return failure ? Result<void>(output_error(path, *failure)) : Result<void>();
    });
    if (!made) {
        static_cast<void>(settle(fd, temporary, place, EIO));
        return std::move(made).error();
    }
    failure = output.finish();
    if (!failure && ::fsync(fd) != 0) failure = errno;
    if (auto done = settle(fd, temporary, place, failure); !done) return std::move(done).error();
    return output.size_bytes();
}

bool is_same_file(const std::string& path, const std::string& other) {
    std::error_code failure;
    return std::filesystem::equivalent(path, other, failure) && !failure;
}

std::string place_to_write(const std::string& path) {
    if (is_special_file(path)) return path;
    const auto folder = std::filesystem::path(resolved(path)).parent_path();
    return folder.empty() ? "." : folder.string();
}

bool use_color(ColorChoice choice) {
    if (choice != ColorChoice::Auto) return choice == ColorChoice::Always;
    if (is_set("NO_COLOR")) return false;
    if (is_set("FORCE_COLOR")) return true;
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

}  // namespace pycore
