// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/snapshot_writer.h"

#include <elf.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/procfs.h>
#include <sys/user.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <vector>

namespace pycore {
namespace {

constexpr std::uint64_t kPage = 4096;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

template <typename T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

class NoteWriter {
public:
    void add(std::string_view owner, std::uint32_t type, std::string_view description) {
        const Elf64_Nhdr header{static_cast<Elf64_Word>(owner.size() + 1), static_cast<Elf64_Word>(description.size()),
                                type};
        bytes_ += bytes_of(header);
        append(owner, 1);
        append(description, 0);
    }
    std::string take() && { return std::move(bytes_); }

private:
    void append(std::string_view text, std::size_t zeros) {
        bytes_ += text;
        bytes_.append(zeros, '\0');
        bytes_.resize((bytes_.size() + 3) / 4 * 4, '\0');
    }

    std::string bytes_;
};

// Of a thread that was not stopped the kernel tells pc, sp and arguments; segment registers are those of
// every 64-bit process (arch/x86/include/asm/segment.h).
user_regs_struct user_registers(const Registers& known) {
    user_regs_struct user{};
    const auto& r = known.general;
    user.rax = r[kRax], user.rdx = r[kRdx], user.rcx = r[kRcx], user.rbx = r[kRbx], user.rsi = r[kRsi];
    user.rdi = r[kRdi], user.rbp = r[kRbp], user.rsp = r[kRsp], user.r8 = r[kR8], user.r9 = r[kR9];
    user.r10 = r[kR10], user.r11 = r[kR11], user.r12 = r[kR12], user.r13 = r[kR13], user.r14 = r[kR14];
    user.r15 = r[kR15], user.rip = r[kRip];
    user.orig_rax = static_cast<unsigned long long>(known.system_call.value_or(-1));
    user.fs_base = known.thread_pointer.value;
    user.cs = 0x33;
    user.ss = 0x2b;
    user.eflags = 0x246;
    return user;
}

// nullptr: it did not stop.
const StoppedThread* find_stopped(const Capture& capture, std::int64_t tid) {
    const auto found = std::lower_bound(capture.threads.begin(), capture.threads.end(), tid,
                                        [](const StoppedThread& thread, std::int64_t t) { return thread.tid < t; });
    return found == capture.threads.end() || found->tid != tid || !found->stopped ? nullptr : &*found;
}

siginfo_t crash_info(const Capture& capture) {
    siginfo_t info{};
    std::memcpy(&info, capture.crash->info.data(), std::min(sizeof(info), capture.crash->info.size()));
    return info;
}

std::string thread_status(const Capture& capture, const Thread& thread, const StoppedThread* stopped) {
    elf_prstatus status{};
    status.pr_pid = static_cast<pid_t>(thread.tid);
    if (capture.crash && capture.crash->tid == thread.tid)
        status.pr_cursig = static_cast<short>(crash_info(capture).si_signo);
    status.pr_ppid = static_cast<pid_t>(capture.process.status.parent);
    user_regs_struct user = user_registers(thread.registers);
    if (stopped != nullptr) std::memcpy(&user, stopped->registers.data(), sizeof(user));
    std::memcpy(&status.pr_reg, &user, sizeof(user));
    status.pr_fpvalid = stopped != nullptr && stopped->has_float_registers;
    return std::string(bytes_of(status));
}

std::string process_info(const Capture& capture) {
    const ProcessSnapshot& process = capture.process.snapshot;
    elf_prpsinfo info{};
    info.pr_sname = capture.process.status.state;
    info.pr_pid = static_cast<pid_t>(process.pid.value_or(0));
    info.pr_ppid = static_cast<pid_t>(process.ppid.value_or(0));
    info.pr_uid = static_cast<unsigned>(process.uid.value_or(0));
    const std::string name = process.short_name.value_or("");
    name.copy(info.pr_fname, sizeof(info.pr_fname) - 1);
    std::string arguments;
    for (const std::string& word : process.command_line.value_or(std::vector<std::string>{})) {
        arguments += (arguments.empty() ? "" : " ") + word;
    }
    arguments.copy(info.pr_psargs, sizeof(info.pr_psargs) - 1);
    return std::string(bytes_of(info));
}

// NT_FILE: count, unit of offsets, then begin, end and offset of each, then all paths.
std::string file_note(const ProcessSnapshot& process) {
    const std::uint64_t head[2] = {process.file_mappings.size(), kPage};
    std::string note(bytes_of(head));
    std::string paths;
    for (const FileMapping& mapping : process.file_mappings) {
        const std::uint64_t line[3] = {mapping.range.begin.value, mapping.range.end.value,
                                       mapping.file_offset.value / kPage};
        note += bytes_of(line);
        paths += mapping.path;
        paths += '\0';
    }
    return note + paths;
}

// Readers take the first thread for the one to show: that which crashed, else the main thread.
std::vector<const Thread*> threads_in_order(const ProcessSnapshot& process) {
    const auto first = process.crashed_tid ? process.crashed_tid : process.pid;
    std::vector<const Thread*> threads;
    for (const Thread& thread : process.threads) threads.push_back(&thread);
    std::stable_partition(threads.begin(), threads.end(), [&](const Thread* t) { return t->tid == first; });
    return threads;
}

std::string_view to_string(LivePages::Hole hole) {
    switch (hole) {
        case LivePages::Hole::NotSelected: return "not_asked_for";
        case LivePages::Hole::NotResident: return "not_resident";
        case LivePages::Hole::Refused: return "refused";
        case LivePages::Hole::Vanished: return "vanished";
        case LivePages::Hole::Deadline: return "deadline";
    }
    return "";
}

std::string hole_lines(const Capture& capture) {
    std::string text;
    for (const auto& [range, hole] : capture.process.pages->holes()) {
        text += fmt::format("{:x}-{:x} {}\n", range.begin.value, range.end.value, to_string(hole));
    }
    return text;
}

std::string mapping_lines(const std::vector<ProcMapping>& mappings) {
    std::string text;
    for (const ProcMapping& mapping : mappings) {
        text +=
            fmt::format("{:x}-{:x} {}{}{}{} {:08x} 00:00 0 {}\n", mapping.range.begin.value, mapping.range.end.value,
                        mapping.readable ? 'r' : '-', mapping.writable ? 'w' : '-', mapping.executable ? 'x' : '-',
                        mapping.shared ? 's' : 'p', mapping.file_offset.value, mapping.path);
    }
    return text;
}

std::string notes_of(const Capture& capture, const SnapshotManifest& manifest, std::string_view report) {
    const ProcessSnapshot& process = capture.process.snapshot;
    NoteWriter notes;
    bool first = true;
    for (const Thread* thread : threads_in_order(process)) {
        const StoppedThread* stopped = find_stopped(capture, thread->tid);
        notes.add("CORE", NT_PRSTATUS, thread_status(capture, *thread, stopped));
        if (first) {
            notes.add("CORE", NT_PRPSINFO, process_info(capture));
            if (capture.crash) notes.add("CORE", NT_SIGINFO, capture.crash->info);
            notes.add("CORE", NT_AUXV, capture.process.auxiliary);
            notes.add("CORE", NT_FILE, file_note(process));
        }
        first = false;
        if (stopped == nullptr || !stopped->has_float_registers) continue;
        notes.add("CORE", NT_PRFPREG,
                  {reinterpret_cast<const char*>(stopped->float_registers.data()), stopped->float_registers.size()});
    }
    notes.add(kSnapshotOwner, kManifestNote, to_json(manifest));
    notes.add(kSnapshotOwner, kReportNote, report);
    notes.add(kSnapshotOwner, kHolesNote, hole_lines(capture));
    notes.add(kSnapshotOwner, kMappingsNote, mapping_lines(capture.process.mappings));
    return std::move(notes).take();
}

// Beyond 65,534 program headers their number stands in section 0 (elf(5), PN_XNUM).
Elf64_Ehdr file_header(std::size_t segments, std::uint64_t sections_offset) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_CORE;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof(header);
    header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(std::min<std::size_t>(segments, PN_XNUM));
    if (segments < PN_XNUM) return header;
    header.e_shoff = sections_offset;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 1;
    return header;
}

Elf64_Shdr section_for_count(std::size_t segments) {
    Elf64_Shdr section{};
    section.sh_info = static_cast<Elf64_Word>(segments);
    return section;
}

unsigned flags_of(const ProcMapping& mapping) {
    return (mapping.readable ? unsigned{PF_R} : 0U) | (mapping.writable ? unsigned{PF_W} : 0U) |
           (mapping.executable ? unsigned{PF_X} : 0U);
}

}  // namespace

SnapshotManifest describe_capture(const Capture& capture, std::string_view version) {
    const std::int64_t pid = capture.process.snapshot.pid.value_or(0);
    SnapshotManifest manifest;
    manifest.pycore_version = version;
    manifest.level = to_string(capture.level);
    manifest.runtime = capture.process.snapshot.runtime_hint;
    for (const auto& [range, hole] : capture.process.pages->holes()) {
        manifest.left_out[std::string(to_string(hole))] += range.size_bytes();
    }
    for (const ProcMapping& mapping : capture.process.mappings) {
        if (!mapping.readable || mapping.is_device()) manifest.left_out["unreadable"] += mapping.range.size_bytes();
    }
    manifest.consistency = to_string(capture.consistency);
    manifest.stopped = capture.stopped;
    manifest.pause_ns = capture.pause.count();
    manifest.attempts = capture.attempts;
    const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto fraction = now.time_since_epoch().count() % 1'000'000;
    manifest.time =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), fraction);
    char host[256] = {};
    if (::gethostname(host, sizeof(host) - 1) == 0) manifest.host = host;
    manifest.cgroup = first_line(read_proc_file(fmt::format("/proc/{}/cgroup", pid)).value_or(""));
    manifest.environment = capture.process.snapshot.environment;
    for (const Thread& thread : capture.process.snapshot.threads) {
        manifest.thread_names[thread.tid] = thread.name;
        const std::string task = fmt::format("/proc/{}/task/{}/", pid, thread.tid);
        manifest.system_calls[thread.tid] = first_line(read_proc_file(task + "syscall").value_or(""));
        if (const auto status = read_status(thread.tid)) manifest.states[thread.tid] = std::string(1, status->state);
        auto channel = read_proc_file(fmt::format("/proc/{}/task/{}/wchan", pid, thread.tid)).value_or("");
        if (!channel.empty() && channel != "0") manifest.wait_channels[thread.tid] = std::move(channel);
    }
    return manifest;
}

SnapshotImage::SnapshotImage(const Capture& capture, const SnapshotManifest& manifest, std::string_view report)
    : runs_(capture.process.pages->present()), capture_(&capture) {
    const std::string notes = notes_of(capture, manifest, report);
    const std::size_t count = runs_.size() + 1;
    const std::uint64_t notes_offset = sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr);
    const std::uint64_t sections_offset = notes_offset + notes.size();  // notes are multiples of 4 bytes
    const std::uint64_t headers_end = sections_offset + (count < PN_XNUM ? 0 : sizeof(Elf64_Shdr));
    headers_ = bytes_of(file_header(count, sections_offset));
    headers_ += bytes_of(Elf64_Phdr{PT_NOTE, 0, notes_offset, 0, 0, notes.size(), 0, 4});
    size_ = (headers_end + kPage - 1) / kPage * kPage;
    auto mapping = capture.process.mappings.begin();  // both lists ascend, and a run lies in one mapping
    for (const AddressRange& run : runs_) {
        while (mapping->range.end <= run.begin) ++mapping;
        const std::uint64_t size = run.size_bytes();
        headers_ += bytes_of(Elf64_Phdr{PT_LOAD, flags_of(*mapping), size_, run.begin.value, 0, size, size, kPage});
        size_ += size;
    }
    headers_ += notes;
    if (count >= PN_XNUM) headers_ += bytes_of(section_for_count(count));
    headers_.resize((headers_.size() + kPage - 1) / kPage * kPage, '\0');
}

Result<void> SnapshotImage::write(const ByteSink& sink) const {
    if (auto done = sink(headers_); !done) return done;
    for (const AddressRange& run : runs_) {
        const auto bytes = capture_->process.pages->bytes_of(run);
        if (auto done = sink({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); !done) return done;
    }
    return {};
}

std::string snapshot_bytes(const Capture& capture, const SnapshotManifest& manifest, std::string_view report) {
    const SnapshotImage image(capture, manifest, report);
    std::string file;
    file.reserve(image.size_bytes());
    static_cast<void>(image.write([&](std::string_view piece) {
        file += piece;
        return Result<void>();
    }));
    return file;
}

}  // namespace pycore
