// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "sandbox/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "base/file_descriptor.h"

namespace pycore {
namespace {

// The numbers of <linux/landlock.h>; a distribution's header may be older than the kernel it runs on.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr std::uint64_t kExecute = 1 << 0;
constexpr std::uint64_t kWriteFile = 1 << 1;
constexpr std::uint64_t kRemoveDirectory = 1 << 4;
constexpr std::uint64_t kRemoveFile = 1 << 5;
constexpr std::uint64_t kMakeDirectory = 1 << 7;
constexpr std::uint64_t kMakeRegular = 1 << 8;
constexpr std::uint64_t kAllMake = 0x7f << 6;          // devices, folders, files, sockets, FIFOs, links
constexpr std::uint64_t kMoveBetween = 1 << 13;        // version 2
constexpr std::uint64_t kTruncate = 1 << 14;           // version 3
constexpr std::uint64_t kControlDevice = 1 << 15;      // version 5
constexpr std::uint64_t kBindAndConnectTcp = 3;        // version 4
constexpr std::uint64_t kSocketsAndSignalsScoped = 3;  // version 6

// struct landlock_ruleset_attr. Older kernels know less of it, so its size is told with it.
struct Ruleset {
    std::uint64_t files = kExecute | kWriteFile | kRemoveDirectory | kRemoveFile | kAllMake;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
    std::size_t known_size = sizeof(std::uint64_t);
};

// struct landlock_path_beneath_attr
struct __attribute__((packed)) PathRule {
    std::uint64_t allowed = 0;
    std::int32_t place = -1;
};

Ruleset ruleset_of(int version, const SandboxLeave& leave) {
    Ruleset rules;
    if (version >= 2) rules.files |= kMoveBetween;
    if (version >= 3) rules.files |= kTruncate;
    if (version >= 4 && !leave.network) rules.network = kBindAndConnectTcp;
    if (version >= 4) rules.known_size += sizeof(rules.network);
    if (version >= 5) rules.files |= kControlDevice;
    if (version >= 6) {
        rules.scoped = kSocketsAndSignalsScoped;
        rules.known_size += sizeof(rules.scoped);
    }
    return rules;
}

// A folder lets files be made, replaced and (with the network's client library) sorted into folders.
std::uint64_t rights_at(int place, const SandboxLeave& leave) {
    struct stat status {};
    if (::fstat(place, &status) != 0) return 0;
    if (!S_ISDIR(status.st_mode)) return kWriteFile | kTruncate;
    const std::uint64_t files = kWriteFile | kTruncate | kMakeRegular | kRemoveFile;
    return leave.network ? files | kMakeDirectory | kRemoveDirectory | kMoveBetween : files;
}

void allow(int rules, const Ruleset& handled, const std::string& path, const SandboxLeave& leave) {
    const FileDescriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!place) return;
    const PathRule rule{rights_at(place.get(), leave) & handled.files, place.get()};
    ::syscall(kAddRule, rules, kPathBeneath, &rule, 0);
}

}  // namespace

int landlock_version() {
    const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
    return version < 1 ? 0 : static_cast<int>(version);
}

int restrict_files(const SandboxLeave& leave) {
    const int version = landlock_version();
    if (version == 0) return 0;
    const Ruleset handled = ruleset_of(version, leave);
    const FileDescriptor rules(static_cast<int>(::syscall(kCreateRuleset, &handled, handled.known_size, 0)));
    if (!rules) return 0;
    for (const std::string& path : leave.writable) allow(rules.get(), handled, path, leave);
    return ::syscall(kRestrictSelf, rules.get(), 0) == 0 ? version : 0;
}

}  // namespace pycore
