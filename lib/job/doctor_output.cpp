// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "job/doctor.h"
#include "job/process_rights.h"

namespace pycore {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;

constexpr double kSnapshot = 10e6;   // bytes: generous for one of `freeze`
constexpr long kTmpfs = 0x01021994;  // statfs(2)

double kilobytes(std::int64_t pid, const char* key) {
    return std::atof(status_value(fmt::format("/proc/{}/status", pid), key).c_str()) * 1024;
}

std::string size_text(double bytes) {
    return bytes < 1e9 ? fmt::format("{:.0f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

// The folder itself, or the nearest above it that there is.
std::string existing(const std::string& folder) {
    std::error_code failure;
    fs::path path = fs::absolute(folder, failure).lexically_normal();
    while (!fs::exists(path, failure) && path.has_parent_path() && path != path.parent_path())
        path = path.parent_path();
    const std::string text = path.string();
    return text.size() > 1 && text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

Finding examine_space(const std::string& place, std::int64_t pid) {
    struct statvfs space {};
    if (::statvfs(place.c_str(), &space) != 0) {
        return {"output", "free space", State::No, fmt::format("{}: {}", place, std::strerror(errno)), "-o DIR"};
    }
    const double free = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize);
    const double core = kilobytes(pid, "RssAnon") + kilobytes(pid, "RssShmem") + kilobytes(pid, "VmSwap");
    std::string told = fmt::format("{} free in {}", size_text(free), place);
    if (pid != 0) told += fmt::format("; a snapshot takes about 1 MB, a core of gcore {} or more", size_text(core));
    if (free < kSnapshot) return {"output", "free space", State::No, told, "give another place with -o DIR"};
    if (free < core) return {"output", "free space", State::Warn, told, "freeze it; there is no room for a gcore"};
    return {"output", "free space", State::Ok, told, ""};
}

Finding examine_writing(const std::string& place) {
    if (::access(place.c_str(), W_OK) == 0)
        return {"output", "writing", State::Ok, "files can be made in " + place, ""};
    return {"output", "writing", State::No, fmt::format("{}: {}", place, std::strerror(errno)),
            "give another place with -o DIR"};
}

}  // namespace

std::vector<Finding> examine_output(const std::string& folder, std::int64_t pid) {
    const std::string place = existing(folder);
    std::vector<Finding> findings = {examine_writing(place), examine_space(place, pid)};
    struct statfs system {};
    if (::statfs(place.c_str(), &system) == 0 && system.f_type == kTmpfs) {
        findings.push_back({"output", "kind", State::Warn,
                            place + " is memory (tmpfs): what is written there counts as the job's, and goes with it",
                            "give a folder on a disk with -o DIR"});
    }
    return findings;
}

}  // namespace pycore
