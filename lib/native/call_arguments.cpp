// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/call_arguments.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace pycore {
namespace {

using Code = std::span<const std::byte>;

constexpr std::size_t kBefore = 64;                                 // bytes looked at before the call
constexpr std::size_t kMostCode = 128ULL << 20;                     // of a module that is searched for jumps
constexpr std::uint8_t kStackPointer = 4, kFirst = 7, kSecond = 6;  // rsp, rdi, rsi as instructions number them

std::uint8_t byte(Code code, std::size_t index) { return std::to_integer<std::uint8_t>(code[index]); }
std::uint64_t number(Code code, std::size_t index) {
    std::int32_t value = 0;
    std::memcpy(&value, code.data() + index, sizeof(value));
    return static_cast<std::uint64_t>(std::int64_t{value});
}

// An instruction that sets a register: to a constant, to what another one holds, or to what only running it would tell.
struct Load {
    std::size_t size = 0;
    std::uint8_t target = 0;
    std::optional<Address> constant;
    std::optional<std::uint8_t> source = {};
};

// The instruction that ends where `code` ends, at `end`; nullopt if it is none of those that prepare calls.
std::optional<Load> last_load(Code code, Address end) {
    const auto ends_with = [&](std::size_t size, auto&& fits) { return code.size() >= size && fits(code.last(size)); };
    const auto target_of = [&](std::size_t at) { return static_cast<std::uint8_t>(byte(code.last(at), 0)); };
    // lea r64, [rip + d32]: 48 8d 00rrr101 d32
    if (ends_with(7, [](Code c) { return byte(c, 0) == 0x48 && byte(c, 1) == 0x8d && (byte(c, 2) & 0xc7) == 5; })) {
        return Load{7, static_cast<std::uint8_t>(target_of(5) >> 3), end + number(code.last(4), 0)};
    }
    // mov r64, i32: 48 c7 11000rrr i32
    if (ends_with(7, [](Code c) { return byte(c, 0) == 0x48 && byte(c, 1) == 0xc7 && (byte(c, 2) & 0xf8) == 0xc0; })) {
        return Load{7, static_cast<std::uint8_t>(target_of(5) & 7), Address{number(code.last(4), 0)}};
    }
    // mov r32, i32: 10111rrr i32, and not with a prefix that makes it another register
    if (ends_with(6, [](Code c) { return (byte(c, 1) & 0xf8) == 0xb8 && (byte(c, 0) & 0xf0) != 0x40; })) {
        return Load{5, static_cast<std::uint8_t>(target_of(5) & 7), Address{number(code.last(4), 0) & UINT32_MAX}};
    }
    // sub rsp, d8; push rax: the stack is aligned
    if (ends_with(4, [](Code c) { return byte(c, 0) == 0x48 && byte(c, 1) == 0x83 && byte(c, 2) == 0xec; })) {
        return Load{4, kStackPointer, {}};
    }
    if (ends_with(1, [](Code c) { return byte(c, 0) == 0x50; })) return Load{1, kStackPointer, {}};
    // mov r64, [r64 + d8]: 48 8b 01rrrbbb d8
    if (ends_with(4, [](Code c) {
            return byte(c, 0) == 0x48 && byte(c, 1) == 0x8b && byte(c, 2) >> 6 == 1 && (byte(c, 2) & 7) != 4;
        })) {
        return Load{4, static_cast<std::uint8_t>(target_of(2) >> 3 & 7), {}};
    }
    // mov r64, r64: 48 89 11sssttt
    if (ends_with(3, [](Code c) { return byte(c, 0) == 0x48 && byte(c, 1) == 0x89 && byte(c, 2) >> 6 == 3; })) {
        return Load{
            3, static_cast<std::uint8_t>(target_of(1) & 7), {}, static_cast<std::uint8_t>(target_of(1) >> 3 & 7)};
    }
    // xor r32, r32 of one register: 31 11rrrrrr
    if (ends_with(3, [](Code c) {
            const std::uint8_t registers = byte(c, 2);
            return byte(c, 1) == 0x31 && registers >> 6 == 3 && (registers >> 3 & 7) == (registers & 7) &&
                   (byte(c, 0) & 0xf0) != 0x40;
        })) {
        return Load{2, static_cast<std::uint8_t>(target_of(1) & 7), Address{}};
    }
    return std::nullopt;
}

// Instructions that are run one after the other: a load, and all that follows it up to the call.
struct Chain {
    Address begin;                   // of the load
    std::vector<Address> followers;  // descending: the call first
};

// Whether a jump may lead to one of the followers from elsewhere in `code`, which lies at `base`: any bytes that could
// be one count, but for those of the chain.
bool may_be_jumped_to(Code code, Address base, const Chain& chain) {
    const std::uint64_t first = chain.followers.back().value;
    const std::uint64_t reach = chain.followers.front().value - first;
    const std::uint64_t begin = chain.begin - base, end = begin + (chain.followers.front() - chain.begin);
    const auto is_follower = [&](std::uint64_t to) {
        return to - first <= reach &&
               std::find(chain.followers.begin(), chain.followers.end(), Address{to}) != chain.followers.end();
    };
    for (std::size_t i = 2; i + 4 <= code.size(); ++i) {
        if (!is_follower(base.value + i + 4 + number(code, i)) || (i > begin && i < end)) continue;
        if (byte(code, i - 1) == 0xe9) return true;
        if (byte(code, i - 2) == 0x0f && (byte(code, i - 1) & 0xf0) == 0x80) return true;
    }
    constexpr std::uint64_t kShort = 130;
    const std::size_t last = std::min<std::uint64_t>(code.size(), end + kShort);
    for (std::size_t i = std::max(begin, kShort) - kShort + 1; i < last; ++i) {
        const auto offset = static_cast<std::int8_t>(byte(code, i));
        const std::uint8_t opcode = byte(code, i - 1);
        if ((opcode != 0xeb && (opcode & 0xf0) != 0x70) || (i > begin && i < end)) continue;
        if (is_follower(base.value + i + 1 + static_cast<std::uint64_t>(std::int64_t{offset}))) return true;
    }
    return false;
}

// The executable segment of the module's file that holds `address`, and where it lies in the process.
std::pair<Code, Address> code_around(const Module& module, Address address) {
    for (const ElfSegment& segment : module.file->segments()) {
        const std::uint64_t offset = module.link_address(address) - segment.link_address;
        if (segment.type != PT_LOAD || (segment.flags & PF_X) == 0 || offset >= segment.file_size) continue;
        if (segment.file_size > kMostCode) return {};
        return {module.file->bytes_at(segment.link_address, segment.file_size),
                module.address_of(segment.link_address)};
    }
    return {};
}

// Through [endbr64] [bnd] jmp [rip + d32], the stub of a function of another module.
Address behind_stub(const MemoryImage& memory, Address target) {
    std::array<std::byte, 16> bytes{};
    if (!memory.read(target, bytes)) return target;
    const Code code = bytes;
    std::size_t at = number(code, 0) == 0xfffffffffa1e0ff3 ? 4 : 0;
    if (byte(code, at) == 0xf2) ++at;
    if (byte(code, at) != 0xff || byte(code, at + 1) != 0x25) return target;
    return read_address(memory, target + at + 6 + number(code, at + 2)).value_or(target);
}

struct Call {
    std::size_t size = 0;
    Address target;
};

std::optional<Call> call_before(const MemoryImage& memory, Code code, Address end) {
    if (code.size() >= 6 && byte(code.last(6), 0) == 0xff && byte(code.last(6), 1) == 0x15) {  // call [rip + d32]
        const auto target = read_address(memory, end + number(code.last(4), 0));
        if (target) return Call{6, *target};
    }
    if (code.size() < 5 || byte(code.last(5), 0) != 0xe8) return std::nullopt;
    return Call{5, behind_stub(memory, end + number(code.last(4), 0))};
}

// Where a call was made, and the code before it.
struct Site {
    Code segment;
    Address begin;  // of the segment
    Code before;    // ends where the call begins
    Call call;
};

std::optional<Site> find_site(const ProcessSnapshot& process, Address return_address) {
    const Module* module = process.find_module(return_address - 1);
    if (module == nullptr || !module->file) return std::nullopt;
    const auto [segment, begin] = code_around(*module, return_address - 1);
    const std::uint64_t size = return_address - begin;
    if (segment.empty() || size > segment.size()) return std::nullopt;
    const Code code = segment.first(size).last(std::min<std::size_t>(size, kBefore));
    const auto call = call_before(*process.memory, code, return_address);
    if (!call) return std::nullopt;
    return Site{segment, begin, code.first(code.size() - call->size), *call};
}

// What the register holds when the call is made, if that is a constant.
std::optional<Address> constant_of(const Site& site, std::uint8_t wanted) {
    const auto offset = static_cast<std::uint64_t>(site.before.data() - site.segment.data());
    Chain chain{{}, {site.begin + offset + site.before.size()}};
    for (Code code = site.before;;) {
        const auto load = last_load(code, chain.followers.back());
        if (!load) return std::nullopt;
        chain.begin = chain.followers.back() - load->size;
        if (load->target == wanted && !load->source) {
            if (!load->constant || may_be_jumped_to(site.segment, site.begin, chain)) return std::nullopt;
            return load->constant;
        }
        if (load->target == wanted) wanted = *load->source;
        chain.followers.push_back(chain.begin);
        code = code.first(code.size() - load->size);
    }
}

}  // namespace

std::optional<Address> read_call_target(const ProcessSnapshot& process, Address return_address) {
    const auto site = find_site(process, return_address);
    return site ? std::optional(site->call.target) : std::nullopt;
}

CallArguments read_call_arguments(const ProcessSnapshot& process, Address return_address) {
    const auto site = find_site(process, return_address);
    if (!site) return {};
    return {constant_of(*site, kFirst), constant_of(*site, kSecond)};
}

}  // namespace pycore
