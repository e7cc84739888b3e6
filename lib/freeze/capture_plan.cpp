// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/capture_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace pycore {
namespace {

constexpr std::uint64_t kRedZone = 128;              // below sp, x86-64 System V ABI
constexpr std::uint64_t kMaxStack = 1 << 20;         // bytes a thread; 10,000 Python frames take some 5 MiB
constexpr std::uint64_t kMaxModuleData = 4 << 20;    // bytes a mapping
constexpr std::uint64_t kThreadControlBlock = 4096;  // struct pthread: 2,304 bytes in glibc 2.36

const ProcMapping* find_mapping(const LiveProcess& process, Address address) {
    const auto after = std::upper_bound(process.mappings.begin(), process.mappings.end(), address,
                                        [](Address a, const ProcMapping& mapping) { return a < mapping.range.begin; });
    return after == process.mappings.begin() || !(after - 1)->range.contains(address) ? nullptr : &*(after - 1);
}

void look_at(const LiveProcess& process, Address begin, std::uint64_t size) {
    // A page that is not there ends a fetch; what follows is asked for again.
    for (std::uint64_t at = 0; at < size;) {
        const std::size_t done = process.pages->fetch(begin + at, size - at);
        at += done > 0 ? done : 4096 - ((begin + at).value & 4095);
    }
}

void look_at_stack(const LiveProcess& process, const Thread& thread) {
    const Address sp = thread.registers.sp();
    const ProcMapping* stack = sp ? find_mapping(process, sp) : nullptr;
    if (stack == nullptr) return;
    const Address begin{std::max(stack->range.begin.value, sp.value - kRedZone)};
    // glibc puts the thread's own data on top of its stack.
    const Address top = stack->range.contains(thread.registers.thread_pointer) && thread.registers.thread_pointer > sp
                            ? thread.registers.thread_pointer
                            : stack->range.end;
    look_at(process, begin, std::min(top - begin, kMaxStack));
    if (thread.registers.thread_pointer) look_at(process, thread.registers.thread_pointer, kThreadControlBlock);
}

// Private memory, and shared memory that no file on a disk stands behind.
bool is_written_memory(const ProcMapping& mapping) {
    if (!mapping.readable || !mapping.writable || mapping.is_device()) return false;
    if (!mapping.shared) return mapping.path != "[vvar]" && mapping.path != "[vsyscall]";
    return mapping.path.empty() || mapping.path.starts_with("/memfd:") || mapping.path.starts_with("/SYSV") ||
           mapping.path.starts_with("/dev/zero") || mapping.path.starts_with("/dev/shm/");
}

std::uint64_t available_memory() {
    const auto text = read_proc_file("/proc/meminfo");
    const std::size_t at = text ? text->find("MemAvailable:") : std::string::npos;
    return at == std::string::npos ? UINT64_MAX : std::strtoull(text->c_str() + at + 13, nullptr, 10) * 1024;
}

}  // namespace

void look_at_written_memory(const LiveProcess& process) {
    for (const ProcMapping& mapping : process.mappings) {
        if (is_written_memory(mapping)) process.pages->fetch_resident(mapping.range);
    }
}

Result<void> check_room(const LiveProcess& process) {
    std::uint64_t needed = 0;
    for (const ProcMapping& mapping : process.mappings) {
        if (!is_written_memory(mapping)) continue;
        for (const AddressRange& run : process.pages->resident(mapping.range)) needed += run.size_bytes();
    }
    const std::uint64_t available = available_memory();
    if (needed <= available / 2) return {};
    return Error{ErrorCode::Limit,
                 fmt::format("its {} MB of memory are copied before they are written, and this machine has {} MB left; "
                             "--heap or --mini takes less, gcore writes them while it stands still",
                             needed / 1'000'000, available / 1'000'000),
                 {}};
}

void look_at_stacks(const LiveProcess& process) {
    for (const Thread& thread : process.snapshot.threads) look_at_stack(process, thread);
}

// How much of a mapping is data of a module; .bss is the anonymous memory behind that, and what else the kernel put
// right there is not.
static std::uint64_t module_data_in(const LiveProcess& process, const ProcMapping& mapping) {
    if (!mapping.readable || !mapping.writable || mapping.shared || mapping.is_device()) return 0;
    const Module* module = process.snapshot.find_module(mapping.range.begin);
    if (module == nullptr) return 0;
    return std::min({mapping.range.size_bytes(), module->range.end - mapping.range.begin, kMaxModuleData});
}

void look_at_essentials(const LiveProcess& process) {
    look_at_stacks(process);
    for (const ProcMapping& mapping : process.mappings) {
        if (const auto size = module_data_in(process, mapping)) look_at(process, mapping.range.begin, size);
        if (mapping.path == "[vdso]") look_at(process, mapping.range.begin, mapping.range.size_bytes());
    }
}

}  // namespace pycore
