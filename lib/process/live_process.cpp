// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/live_process.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "process/assemble_process.h"
#include "process/core_notes.h"

namespace pycore {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// Why /proc/PID/mem does not open, and what to do about it.
std::string explain_refusal(const ProcStatus& status) {
    const auto own = static_cast<std::int64_t>(::geteuid());
    if (own != 0 && status.user != own) {
        return fmt::format("it belongs to user {}, and you are {}; run pycore as that user or as root", status.user,
                           own);
    }
    const auto scope = read_proc_file("/proc/sys/kernel/yama/ptrace_scope");
    const char level = scope && !scope->empty() ? scope->front() : '0';
    if (level == '3') return "this machine forbids reading other processes for good (kernel.yama.ptrace_scope is 3)";
    if (own != 0 && level != '0') {
        return fmt::format(
            "this machine lets only parents and root read a process (kernel.yama.ptrace_scope is {}); run pycore as "
            "root, or start the program with `pycore run -- COMMAND`",
            level);
    }
    return "the kernel does not let you read it: it may have made itself unreadable (PR_SET_DUMPABLE), or a container "
           "or sandbox forbids it (CAP_SYS_PTRACE)";
}

Result<ProcStatus> find_process(std::int64_t pid) {
    auto status = read_status(pid);
    if (!status) return Error{ErrorCode::NotFound, "there is no process with this id (any more)", {}};
    if (status->state == 'Z' && list_tasks(pid).size() <= 1) {
        return Error{ErrorCode::NotFound,
                     fmt::format("it has ended and only waits for its parent ({}) to take note; nothing of it is left",
                                 status->parent),
                     {}};
    }
    if (status->process_id != pid) {
        return Error{ErrorCode::InvalidArgument,
                     fmt::format("it is a thread of process {}; ask for that one", status->process_id),
                     {}};
    }
    return status;
}

std::vector<LoadSegment> segments_of(const std::vector<ProcMapping>& mappings, const LivePages& pages,
                                     const std::vector<std::size_t>& mirrored) {
    std::vector<LoadSegment> segments;
    for (std::size_t i = 0; i < mirrored.size(); ++i) {
        const ProcMapping& mapping = mappings[mirrored[i]];
        segments.push_back({mapping.range, mapping.readable, mapping.writable, mapping.executable, pages.mirror(i)});
    }
    return segments;
}

// Pages of a module's data that the process never touched are as its file has them; other readers of cores
// want data without holes.
void back_data_by_files(const LiveProcess& process) {
    for (const ProcMapping& mapping : process.mappings) {
        const Module* module =
            mapping.is_file() && mapping.writable ? process.snapshot.find_module(mapping.range.begin) : nullptr;
        if (module == nullptr || !module->file || module->path != mapping.path) continue;
        const auto bytes = module->file->bytes();
        if (mapping.file_offset.value >= bytes.size()) continue;
        const auto from = bytes.subspan(mapping.file_offset.value);
        process.pages->back_by_file(mapping.range.begin,
                                    from.first(std::min<std::uint64_t>(from.size(), mapping.range.size_bytes())));
    }
}

// A program in a container knows its files by other paths.
std::string root_of(std::int64_t pid) {
    const auto same = [&](const char* what) {
        char own[64] = {}, other[64] = {};
        const bool known = ::readlink(fmt::format("/proc/self/{}", what).c_str(), own, sizeof(own) - 1) > 0 &&
                           ::readlink(fmt::format("/proc/{}/{}", pid, what).c_str(), other, sizeof(other) - 1) > 0;
        return !known || std::string_view(own) == other;
    };
    return same("ns/mnt") && same("root") ? std::string() : fmt::format("/proc/{}/root", pid);
}

Environment read_live_environment(std::int64_t pid) {
    Environment environment;
    const auto text = read_proc_file(fmt::format("/proc/{}/environ", pid));
    for (std::size_t begin = 0; text && begin < text->size();) {
        const std::size_t end = std::min(text->find('\0', begin), text->size());
        add_job_variable(std::string_view(*text).substr(begin, end - begin), environment);
        begin = end + 1;
    }
    return environment;
}

Result<AuxiliaryVector> parse_auxiliary_file(const std::string& bytes) {
    AuxiliaryVector auxiliary;
    if (parse_auxiliary(bytes_of(bytes), auxiliary) && auxiliary.program_headers && auxiliary.entry) return auxiliary;
    return Error{
        ErrorCode::Unsupported, "it is no 64-bit process of x86-64, the only kind that pycore reads so far", {}};
}

// glibc, x86-64: struct pthread begins at the thread pointer and holds the head of the list of robust
// futexes at 0x2e0; musl's has it at 0x88. The word at the thread pointer is its own address.
Address thread_pointer_of(std::int64_t tid, const MemoryImage& memory) {
    std::uint64_t head = 0;
    std::size_t size = 0;
    if (::syscall(SYS_get_robust_list, static_cast<pid_t>(tid), &head, &size) != 0 || head == 0) return {};
    for (const std::uint64_t offset : {std::uint64_t{0x2e0}, std::uint64_t{0x88}}) {
        const Address candidate{head - offset};
        const auto self = read_address(memory, candidate);
        const auto self_of_glibc = read_address(memory, candidate + 16);
        if (self && *self == candidate && (offset != 0x2e0 || (self_of_glibc && *self_of_glibc == candidate))) {
            return candidate;
        }
    }
    return {};
}

}  // namespace

std::vector<Thread> observe_threads(const LiveProcess& process) {
    std::vector<Thread> threads;
    const std::int64_t pid = *process.snapshot.pid;
    for (const std::int64_t tid : list_tasks(pid)) {
        Thread thread;
        thread.tid = tid;
        thread.name = read_task_name(pid, tid).value_or("");
        auto& registers = thread.registers;
        if (const auto call = read_blocked_call(pid, tid)) {
            const auto& a = call->arguments;
            registers.general[kRip] = call->pc.value;
            registers.general[kRsp] = call->sp.value;
            constexpr std::size_t kArguments[] = {kRdi, kRsi, kRdx, kR10, kR8, kR9};
            for (std::size_t i = 0; i < a.size(); ++i) registers.general[kArguments[i]] = a[i];
            if (call->number >= 0) registers.system_call = call->number;
        }
        registers.thread_pointer = thread_pointer_of(tid, *process.snapshot.memory);
        threads.push_back(std::move(thread));
    }
    return threads;
}

Result<LiveProcess> open_live_process(std::int64_t pid, FileSearch search, Diagnostics& diagnostics) {
    auto status = find_process(pid);
    if (!status) return std::move(status).error();
    LiveProcess process;
    process.status = *status;
    auto mappings = read_mappings(pid);
    if (!mappings) return Error{ErrorCode::Io, explain_refusal(*status), {}};
    process.mappings = *std::move(mappings);
    if (process.mappings.empty()) {
        return Error{ErrorCode::Unsupported, "it is a thread of the kernel, which has no Python in it", {}};
    }
    process.auxiliary = read_proc_file(fmt::format("/proc/{}/auxv", pid)).value_or("");
    auto auxiliary = parse_auxiliary_file(process.auxiliary);
    if (!auxiliary) return std::move(auxiliary).error();

    std::vector<LivePages::Mapping> mirrors;
    std::vector<std::size_t> mirrored;
    for (std::size_t i = 0; i < process.mappings.size(); ++i) {
        const ProcMapping& mapping = process.mappings[i];
        if (!mapping.readable || mapping.is_device() || mapping.path == "[vvar]" || mapping.path == "[vsyscall]" ||
            mapping.path == "[vvar_vclock]") {
            continue;
        }
        mirrors.push_back({mapping.range, mapping.is_file()});
        mirrored.push_back(i);
    }
    auto pages = LivePages::open(pid, mirrors);
    if (!pages) {
        return Error{
            ErrorCode::Io, pages.error().code == ErrorCode::Io ? explain_refusal(*status) : pages.error().message, {}};
    }
    process.pages = *std::move(pages);

    ProcessSnapshot& snapshot = process.snapshot;
    snapshot.source_path = std::to_string(pid);
    snapshot.source_kind = "live";
    snapshot.producer = "pycore";
    snapshot.pid = pid;
    snapshot.ppid = status->parent;
    snapshot.uid = status->user;
    snapshot.short_name = status->name;
    snapshot.command_line = read_live_command_line(pid);
    snapshot.environment = read_live_environment(pid);
    snapshot.auxiliary = *auxiliary;
    for (const ProcMapping& mapping : process.mappings) {
        if (mapping.is_file()) snapshot.file_mappings.push_back({mapping.range, mapping.file_offset, mapping.path});
    }
    if (search.sysroot.empty()) search.sysroot = root_of(pid);
    auto memory = std::make_shared<FileMemory>();
    memory->fill_from(process.pages);
    snapshot.memory = memory;
    snapshot.threads = {};
    snapshot.present_bytes = 1;  // counted at the end of a capture
    MemoryParts parts;
    parts.segments = segments_of(process.mappings, *process.pages, mirrored);
    assemble_process(std::move(parts), std::move(memory), search, snapshot, diagnostics);
    back_data_by_files(process);
    snapshot.threads = observe_threads(process);
    return process;
}

}  // namespace pycore
