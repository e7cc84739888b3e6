// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "job/doctor.h"
#include "job/process_rights.h"
#include "process/proc_files.h"

namespace pycore {
namespace {

using State = Finding::State;

class Examiner {
public:
    explicit Examiner(std::int64_t pid) : pid_(pid), task_(living_task(pid)) {}

    std::vector<Finding> examine() {
        const auto status = read_status(pid_);
        if (!status) {
            add("there", State::No, "there is no process with this id (any more)", "");
            return std::move(findings_);
        }
        if (has_ended(task_)) {
            add("there", State::No, "it has ended; nothing of it is left", "");
            return std::move(findings_);
        }
        examine_state(*status);
        examine_rights(*status);
        examine_tracer(*status);
        examine_namespaces();
        examine_python();
        examine_core();
        return std::move(findings_);
    }

private:
    void add(std::string what, State state, std::string told, std::string way_out) {
        findings_.push_back({"process", std::move(what), state, std::move(told), std::move(way_out)});
    }

    std::string file(const char* name) const { return fmt::format("/proc/{}/{}", task_, name); }

    void examine_state(const ProcStatus& status) {
        const auto tasks = list_tasks(pid_);
        const auto sleepers = std::count_if(tasks.begin(), tasks.end(), [](std::int64_t tid) {
            const auto task = read_status(tid);
            return task && task->state == 'D';
        });
        const std::string threads =
            fmt::format("{} with {} {}", status.name, tasks.size(), tasks.size() == 1 ? "thread" : "threads");
        if (sleepers > 0) {
            add("state", State::Warn, fmt::format("{}, {} of them in uninterruptible sleep (D)", threads, sleepers),
                "they cannot be stopped, and do not run either: pycore reads them as they are; gdb and gcore would "
                "hang");
        } else if (status.state == 'T') {
            add("state", State::Ok, threads + ", stopped; it will stay so", "");
        } else {
            add("state", State::Ok, threads, "");
        }
    }

    // Its files in /proc belong to root if it is not dumpable (proc(5)).
    bool is_dumpable(const ProcStatus& status) const {
        struct stat owner {};
        return ::stat(file("environ").c_str(), &owner) != 0 || owner.st_uid != 0 || status.user == 0;
    }

    std::string way_to_read(const ProcStatus& status) const {
        const auto own = static_cast<std::int64_t>(::geteuid());
        if (own != 0 && status.user != own) return fmt::format("run pycore as user {} or as root", status.user);
        if (!is_dumpable(status)) {
            return "it has made itself unreadable (PR_SET_DUMPABLE 0, or it changed its user): run pycore as root";
        }
        return "see the lines about the machine";
    }

    void examine_rights(const ProcStatus& status) {
        const AttemptedRights rights = try_rights(pid_);
        const std::string whose =
            fmt::format("it belongs to user {}{}", status.user, is_dumpable(status) ? "" : ", not dumpable");
        if (rights.read != 0) {
            add("reading", State::No, fmt::format("{} and cannot be read: {}", whose, std::strerror(rights.read)),
                way_to_read(status));
        } else {
            add("reading", State::Ok, whose + " and can be read", "");
        }
        if (status.tracer != 0) return;  // told by itself
        if (rights.stop != 0) {
            add("stopping", State::No, fmt::format("it cannot be stopped: {}", std::strerror(rights.stop)),
                way_to_read(status));
        } else {
            add("stopping", State::Ok, "it can be stopped, should it run", "");
        }
    }

    void examine_tracer(const ProcStatus& status) {
        if (status.tracer == 0) return;
        const auto tracer = read_status(status.tracer);
        add("tracer", State::Warn,
            fmt::format("process {} ({}) traces it, and the kernel allows one only", status.tracer,
                        tracer ? tracer->name : "?"),
            "it is read without a stop: whole if it hangs, else not of one instant; end the tracer for that");
    }

    std::string differing_namespaces() const {
        std::string names;
        for (const char* name : {"pid", "user", "mnt"}) {
            std::array<char, 64> own{}, other{};
            const bool known =
                ::readlink(fmt::format("/proc/self/ns/{}", name).c_str(), own.data(), own.size() - 1) > 0 &&
                ::readlink(file(fmt::format("ns/{}", name).c_str()).c_str(), other.data(), other.size() - 1) > 0;
            if (known && own != other) names += (names.empty() ? "" : ", ") + std::string(name);
        }
        return names;
    }

    void examine_namespaces() {
        const std::string names = differing_namespaces();
        if (names.empty()) return add("namespaces", State::Ok, "the same as ours", "");
        const std::string inner = status_value(file("status"), "NSpid");
        const std::string id = inner.substr(inner.rfind('\t') == std::string::npos ? 0 : inner.rfind('\t') + 1);
        add("namespaces", State::Ok,
            fmt::format("in a container ({} of its own; there it is process {}): its files are looked for below {}",
                        names, id, file("root")),
            "");
    }

    void examine_python() {
        const auto mappings = read_mappings(task_);
        if (!mappings) return;
        for (const ProcMapping& mapping : *mappings) {
            const std::string_view path = mapping.path;
            const std::string_view name = path.substr(path.rfind('/') + 1);
            if (!mapping.is_file() || !(name.starts_with("libpython") || name.starts_with("python"))) continue;
            return add("Python", State::Ok, "it runs " + mapping.path, "");
        }
        add("Python", State::Warn, "no file of a Python is in it, by their names",
            "with a Python that is linked into the program it is read all the same; others have native stacks only");
    }

    void examine_core() {
        const std::string pattern = read_proc_file("/proc/sys/kernel/core_pattern").value_or("");
        const std::string limits = read_proc_file(file("limits")).value_or("");
        const std::size_t line = limits.find("Max core file size");
        const bool none = line != std::string::npos && std::atoll(limits.c_str() + line + 18) == 0 &&
                          limits.compare(limits.find_first_not_of(' ', line + 18), 1, "u") != 0;
        if (none && !pattern.starts_with('|')) {
            add("core limit", State::Warn, "0: the kernel will write no core of it if it crashes",
                fmt::format("prlimit --pid {} --core=unlimited", pid_));
        } else {
            add("core limit", State::Ok, "the kernel writes a core of it if it crashes", "");
        }
        const auto filter = read_proc_file(file("coredump_filter"));
        if (!filter || filter->empty()) return;
        const unsigned long bits = std::strtoul(filter->c_str(), nullptr, 16);
        constexpr unsigned long kPrivateMemory = 1;
        if ((bits & kPrivateMemory) == 0) {
            add("coredump_filter", State::Warn,
                fmt::format("0x{:x}: a kernel core of it would lack its stacks and heap", bits),
                fmt::format("echo 0x33 > {}", file("coredump_filter")));
        } else {
            add("coredump_filter", State::Ok, fmt::format("0x{:x}: a kernel core of it has its stacks and heap", bits),
                "");
        }
    }

    std::int64_t pid_;
    std::int64_t task_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> examine_process(std::int64_t pid) { return Examiner(pid).examine(); }

}  // namespace pycore
