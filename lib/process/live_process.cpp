// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/live_process.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/mapped_file.h"
#include "process/assemble_process.h"
#include "process/core_notes.h"
#include "process/file_probe.h"
#include "process/initial_stack.h"
#include "process/module_file_finder.h"
#include "process/restarted_call.h"
#include "process/trace_scope.h"

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
    if (auto refusal = refusal_of(read_trace_scope().value_or(TraceScope::Everyone), own == 0))
        return *std::move(refusal);
    return "the kernel does not let you read it: it may have made itself unreadable (PR_SET_DUMPABLE), or a container "
           "or sandbox forbids it (CAP_SYS_PTRACE)";
}

Result<ProcStatus> find_process(std::int64_t pid) {
    auto status = read_status(pid);
    if (!status) return Error{ErrorCode::NotFound, "there is no process with this id (any more)", {}};
    if (status->state == 'Z' && has_ended(living_task(pid))) {
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
                                    from.first(std::min<std::uint64_t>(from.size(), mapping.range.size_bytes())),
                                    module->file);
    }
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

// 0: unknown.
std::uint64_t size_in_pages(std::int64_t task) {
    const auto text = read_proc_file(fmt::format("/proc/{}/statm", task));
    return text ? std::strtoull(text->c_str(), nullptr, 10) : 0;
}

// What can be said without its memory.
Result<LiveProcess> read_tables(std::int64_t pid) {
    auto status = find_process(pid);
    if (!status) return std::move(status).error();
    LiveProcess process;
    process.status = *std::move(status);
    process.task = living_task(pid);
    process.size_pages = size_in_pages(process.task);
    auto mappings = read_mappings(process.task);
    if (!mappings) return Error{ErrorCode::Io, explain_refusal(process.status), {}};
    process.mappings = *std::move(mappings);
    if (process.mappings.empty()) {
        return Error{ErrorCode::Unsupported, "it is a thread of the kernel, which has no Python in it", {}};
    }
    process.auxiliary = read_proc_file(fmt::format("/proc/{}/auxv", process.task)).value_or("");
    auto auxiliary = parse_auxiliary_file(process.auxiliary);
    if (!auxiliary) return std::move(auxiliary).error();
    process.snapshot.pid = pid;
    process.snapshot.auxiliary = *auxiliary;
    return process;
}

void describe(LiveProcess& process) {
    ProcessSnapshot& snapshot = process.snapshot;
    snapshot.source_path = std::to_string(*snapshot.pid);
    snapshot.source_kind = "live";
    snapshot.producer = "pycore";
    snapshot.ppid = process.status.parent;
    snapshot.uid = process.status.user;
    snapshot.short_name = process.status.name;
    snapshot.environment = read_live_environment(process.task);
    for (const ProcMapping& mapping : process.mappings) {
        if (mapping.is_file()) snapshot.file_mappings.push_back({mapping.range, mapping.file_offset, mapping.path});
    }
}

// Of these the kernel gives nothing, or something that is no memory.
bool is_readable(const ProcMapping& mapping) {
    return mapping.readable && !mapping.is_device() && mapping.path != "[vvar]" && mapping.path != "[vvar_vclock]" &&
           mapping.path != "[vsyscall]";
}

// The parts of `now` that none of `known` covers; both ascend.
std::vector<ProcMapping> parts_outside(const std::vector<ProcMapping>& known, const std::vector<ProcMapping>& now) {
    std::vector<ProcMapping> parts;
    auto next = known.begin();
    for (const ProcMapping& mapping : now) {
        Address at = mapping.range.begin;
        const auto keep = [&](Address end) {
            if (end <= at) return;
            parts.push_back(mapping);
            parts.back().range = {at, end};
            parts.back().file_offset.value += at - mapping.range.begin;
        };
        while (next != known.end() && next->range.end <= at) ++next;
        for (auto covering = next; covering != known.end() && covering->range.begin < mapping.range.end; ++covering) {
            keep(covering->range.begin);
            at = std::max(at, covering->range.end);
        }
        keep(mapping.range.end);
    }
    return parts;
}

// Mirrors of all mappings that can be read.
Result<std::vector<LoadSegment>> open_memory(LiveProcess& process) {
    std::vector<LivePages::Mapping> mirrors;
    std::vector<LoadSegment> segments;
    for (const ProcMapping& mapping : process.mappings) {
        if (!is_readable(mapping)) continue;
        mirrors.push_back({mapping.range, mapping.is_file(), mapping.shared});
        segments.push_back({mapping.range, mapping.readable, mapping.writable, mapping.executable, {}});
    }
    auto pages = LivePages::open(process.task, mirrors);
    if (!pages && pages.error().code == ErrorCode::Io) {
        return Error{ErrorCode::Io, explain_refusal(process.status), {}};
    }
    if (!pages) return std::move(pages).error();
    process.pages = *std::move(pages);
    for (std::size_t i = 0; i < segments.size(); ++i) segments[i].bytes = process.pages->mirror(i);
    return segments;
}

std::set<std::string> mapped_files(const LiveProcess& process) {
    std::set<std::string> paths;
    for (const ProcMapping& mapping : process.mappings) {
        if (mapping.is_file() && !mapping.is_device() && !path_before_deletion(mapping.path))
            paths.insert(mapping.path);
    }
    return paths;
}

// A file that has no name any more can still be opened while it is mapped; the program by everybody who may read the
// process, others by root (proc(5), /proc/PID/map_files).
std::map<std::string, std::string> places_of_deleted(const LiveProcess& process) {
    const std::int64_t task = process.task;
    std::map<std::string, std::string> places;
    char program[4096] = {};
    const std::string link = fmt::format("/proc/{}/exe", task);
    const bool known = ::readlink(link.c_str(), program, sizeof(program) - 1) > 0;
    if (known && path_before_deletion(program)) places.emplace(program, link);
    for (const ProcMapping& mapping : process.mappings) {
        if (!path_before_deletion(mapping.path)) continue;
        places.emplace(mapping.path, fmt::format("/proc/{}/map_files/{:x}-{:x}", task, mapping.range.begin.value,
                                                 mapping.range.end.value));
    }
    return places;
}

// A module is known by its headers. Of a process that sleeps for long the kernel takes such pages back; the file, which
// answers, has them still.
void back_headers_by_files(const LiveProcess& process, const FileSearch& search) {
    constexpr std::uint64_t kPage = 4096;
    for (const ProcMapping& mapping : process.mappings) {
        const bool begins_file = mapping.is_file() && !mapping.is_device() && mapping.file_offset.value == 0;
        if (!begins_file || !is_readable(mapping) || mapping.writable || search.silent.contains(mapping.path)) continue;
        if (!process.pages->resident({mapping.range.begin, mapping.range.begin + kPage}).empty()) continue;
        const auto place = search.places.find(mapping.path);
        const auto file = place != search.places.end() ? MappedFile::open(place->second)
                                                       : MappedFile::open(search.sysroot + mapping.path);
        if (!file) continue;
        const auto bytes = (*file)->bytes();
        process.pages->back_by_file(
            mapping.range.begin, bytes.first(std::min<std::uint64_t>(bytes.size(), mapping.range.size_bytes())), *file);
    }
}

// As a core is asked for it: a program that a dynamic linker started has taken that one's own words off its stack.
void take_command_line(ProcessSnapshot& process, std::int64_t task) {
    process.command_line = read_command_line(*process.memory, process.auxiliary);
    if (!process.command_line) process.command_line = read_live_command_line(task);
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
            if (call->number >= 0) registers.system_call = restarted_call(call->number, registers);
        } else if (has_ended(tid)) {
            continue;
        }
        registers.thread_pointer = thread_pointer_of(tid, *process.snapshot.memory);
        threads.push_back(std::move(thread));
    }
    return threads;
}

bool take_new_mappings(LiveProcess& process) {
    const std::uint64_t size = size_in_pages(process.task);
    if (size == process.size_pages) return false;
    process.size_pages = size;
    const auto now = read_mappings(process.task);
    if (!now) return false;
    const auto fresh = parts_outside(process.mappings, *now);
    std::vector<LivePages::Mapping> readable;
    for (const ProcMapping& mapping : fresh) {
        if (is_readable(mapping)) readable.push_back({mapping.range, mapping.is_file(), mapping.shared});
    }
    const auto mirrors = process.pages->add(readable);
    if (mirrors.empty()) return false;
    auto mirror = mirrors.begin();
    for (const ProcMapping& mapping : fresh) {
        const MemoryRegion region{mapping.range, mapping.readable, mapping.writable, mapping.executable, 0};
        if (is_readable(mapping)) process.memory->add_region(region, *mirror++);
        if (mapping.is_file()) {
            process.snapshot.file_mappings.push_back({mapping.range, mapping.file_offset, mapping.path});
        }
    }
    process.memory->seal();
    process.mappings.insert(process.mappings.end(), fresh.begin(), fresh.end());
    std::sort(process.mappings.begin(), process.mappings.end(),
              [](const ProcMapping& a, const ProcMapping& b) { return a.range.begin < b.range.begin; });
    return true;
}

Result<LiveProcess> open_live_process(std::int64_t pid, FileSearch search, Diagnostics& diagnostics) {
    auto process = read_tables(pid);
    if (!process) return std::move(process).error();
    describe(*process);
    auto segments = open_memory(*process);
    if (!segments) return std::move(segments).error();
    auto memory = std::make_shared<FileMemory>();
    memory->fill_from(process->pages);
    process->memory = memory;
    process->snapshot.memory = memory;
    if (search.sysroot.empty()) search.sysroot = root_of(process->task);
    search.silent = find_silent_files(process->task, mapped_files(*process), diagnostics);
    search.places = places_of_deleted(*process);
    back_headers_by_files(*process, search);
    MemoryParts parts;
    parts.segments = *std::move(segments);
    assemble_process(std::move(parts), std::move(memory), search, process->snapshot, diagnostics);
    back_data_by_files(*process);
    take_command_line(process->snapshot, process->task);
    process->snapshot.threads = observe_threads(*process);
    return process;
}

}  // namespace pycore
