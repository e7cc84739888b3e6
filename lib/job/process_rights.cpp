// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/process_rights.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/file_descriptor.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

int try_reading(std::int64_t task) {
    const auto mappings = read_mappings(task);
    if (!mappings) return EACCES;
    const FileDescriptor memory(::open(fmt::format("/proc/{}/mem", task).c_str(), O_RDONLY | O_CLOEXEC));
    if (!memory) return errno;
    for (const ProcMapping& mapping : *mappings) {
        // A page of a file may be on the file system that hangs.
        if (!mapping.readable || mapping.is_file() || mapping.is_device() || mapping.path.starts_with("[v")) continue;
        char byte = 0;
        return ::pread(memory.get(), &byte, 1, static_cast<off_t>(mapping.range.begin.value)) == 1 ? 0 : errno;
    }
    return 0;
}

// In a child, because the kernel lets go of what was seized when that ends, and without a stop before nothing else
// does.
int try_stopping(std::int64_t task) {
    const pid_t child = ::fork();
    if (child < 0) return errno;
    if (child == 0) {
        const bool done = ::ptrace(PTRACE_SEIZE, static_cast<pid_t>(task), nullptr, nullptr) == 0;
        ::_exit(done ? 0 : errno);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

}  // namespace

AttemptedRights try_rights(std::int64_t pid) {
    const std::int64_t task = living_task(pid);
    return {try_reading(task), try_stopping(task)};
}

AttemptedRights try_rights_with_child() {
    const pid_t child = ::fork();
    if (child < 0) return {errno, errno};
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        for (;;) ::pause();
    }
    const AttemptedRights rights = try_rights(child);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return rights;
}

bool can_trace_everything() {
    const std::uint64_t effective = std::strtoull(status_value("/proc/self/status", "CapEff").c_str(), nullptr, 16);
    return (effective >> CAP_SYS_PTRACE & 1) != 0;
}

std::string status_value(const std::string& path, const std::string& key) {
    const auto text = read_proc_file(path);
    const std::string wanted = "\n" + key + ":";
    const std::size_t at = text ? ("\n" + *text).find(wanted) : std::string::npos;
    if (at == std::string::npos) return {};
    const std::size_t begin = text->find_first_not_of(" \t", at + wanted.size() - 1);
    if (begin == std::string::npos) return {};
    return text->substr(begin, text->find('\n', begin) - begin);
}

}  // namespace pycore
