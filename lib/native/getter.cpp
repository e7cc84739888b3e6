// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/getter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace pycore {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxSteps = 128;  // instructions
constexpr std::size_t kMaxCalls = 8;    // nested
constexpr std::size_t kMaxBytes = 15;   // of one instruction
constexpr std::uint64_t kStackTop = 0;  // the stack on paper begins here and grows down, where no process has memory
constexpr std::uint64_t kStackSize = 4096;

// What compilers make of `return text_.c_str()` and `return "text"`, with and without optimisation:
//   f3 0f 1e fa       endbr64            55          push rbp          48 8b ..    mov r64, [r64 + disp]
//   48 89 e5          mov rbp, rsp       5d          pop rbp           48 89 ..    mov [rbp + disp], r64; mov r64, r64
//   48 83 ec ib       sub rsp, ib        c9          leave             48 8d ..    lea r64, [rip/r64 + disp]
//   48 83 c4/c0/c7 ib add rsp/rax/rdi    c3          ret               b8 id       mov eax, id
//   e8 rel32          call               e9/eb rel   jmp               ff 25 disp  jmp [rip + disp] (the linker's
//   stubs)
class Run {
public:
    Run(const MemoryImage& memory, Address function, Address self) : memory_(memory), pc_(function) {
        registers_[kRsp] = kStackTop - 64;
        registers_[kRdi] = self.value;
        known_[kRsp] = known_[kRdi] = true;
    }

    std::optional<Address> result() {
        for (std::size_t i = 0; i < kMaxSteps; ++i) {
            if (!step()) return std::nullopt;
            if (returned_) return known_[kRax] ? std::optional(Address{registers_[kRax]}) : std::nullopt;
        }
        return std::nullopt;
    }

private:
    // As instructions number them.
    enum Register : std::size_t { kRax = 0, kRcx = 1, kRdx = 2, kRsp = 4, kRbp = 5, kRsi = 6, kRdi = 7 };

    bool step() {
        if (!fetch()) return false;
        if (begins_with("\xf3\x0f\x1e\xfa"sv)) return advance(4);
        switch (byte(0)) {
            case 0x55: return push(kRbp) && advance(1);
            case 0x5d: return pop(kRbp) && advance(1);
            case 0xc9: return set_from(kRsp, kRbp) && pop(kRbp) && advance(1);
            case 0xc3: return leave_function();
            case 0xb8: return set(kRax, static_cast<std::uint32_t>(number(1))) && advance(5);
            case 0xe8: return call(pc_ + 5 + static_cast<std::uint64_t>(number(1)), pc_ + 5);
            case 0xe9: return jump(pc_ + 5 + static_cast<std::uint64_t>(number(1)));
            case 0xeb: return jump(pc_ + 2 + static_cast<std::uint64_t>(small_number(1)));
            case 0xff: return byte(1) == 0x25 && jump_through(pc_ + 6 + static_cast<std::uint64_t>(number(2)));
            case 0xf2:
                return begins_with("\xf2\xff\x25"sv) &&  // with the prefix bnd
                       jump_through(pc_ + 7 + static_cast<std::uint64_t>(number(3)));
            case 0x48: return wide();
            default: return false;
        }
    }

    // Those of 64 bits: prefix, opcode, operands.
    bool wide() {
        const std::uint8_t operands = byte(2);
        if (byte(1) == 0x83) {
            const auto value = static_cast<std::uint64_t>(small_number(3));
            const std::size_t target = operands & 7;
            if (!known_[target]) return false;
            if ((operands & 0xf8) == 0xc0) return set(target, registers_[target] + value) && advance(4);
            if ((operands & 0xf8) == 0xe8) return set(target, registers_[target] - value) && advance(4);
            return false;
        }
        const std::size_t reg = operands >> 3 & 7;
        const std::size_t base = operands & 7;
        if (operands >> 6 == 3) {
            if (byte(1) == 0x89) return set_from(base, reg) && advance(3);
            if (byte(1) == 0x8b) return set_from(reg, base) && advance(3);
            return false;
        }
        std::size_t size = 0;
        const auto place = place_of(operands, size);
        if (!place) return false;
        if (byte(1) == 0x8d) return set(reg, place->value) && advance(size);
        if (byte(1) == 0x8b) return load(reg, *place) && advance(size);
        if (byte(1) == 0x89) return known_[reg] && store(*place, registers_[reg]) && advance(size);
        return false;
    }

    // [rip + d32], [register + d0/d8/d32]; `size`: of the whole instruction.
    std::optional<Address> place_of(std::uint8_t operands, std::size_t& size) const {
        const std::size_t base = operands & 7;
        const int mode = operands >> 6;
        if (mode == 0 && base == kRbp) {
            size = 7;
            return pc_ + 7 + static_cast<std::uint64_t>(number(3));
        }
        if (base == kRsp || !known_[base]) return std::nullopt;  // a byte of its own would follow
        size = mode == 0 ? 3 : mode == 1 ? 4 : 7;
        const std::int64_t offset = mode == 0 ? 0 : mode == 1 ? small_number(3) : number(3);
        return Address{registers_[base]} + static_cast<std::uint64_t>(offset);
    }

    bool set(std::size_t target, std::uint64_t value) {
        registers_[target] = value;
        known_[target] = true;
        return true;
    }
    bool set_from(std::size_t target, std::size_t source) { return known_[source] && set(target, registers_[source]); }

    static bool is_on_paper(Address address) { return kStackTop - address.value <= kStackSize; }
    bool store(Address address, std::uint64_t value) {
        if (!is_on_paper(address)) return false;
        stack_[address.value] = value;
        return true;
    }
    bool load(std::size_t target, Address address) {
        if (is_on_paper(address)) {
            const auto found = stack_.find(address.value);
            return found != stack_.end() && set(target, found->second);
        }
        const auto value = read_address(memory_, address);
        return value && set(target, value->value);
    }
    bool push(std::size_t source) {
        const std::uint64_t value = known_[source] ? registers_[source] : 0;
        registers_[kRsp] -= 8;
        return store({registers_[kRsp]}, value);
    }
    bool pop(std::size_t target) {
        const std::uint64_t from = registers_[kRsp];
        return load(target, {from}) && set(kRsp, from + 8);
    }

    bool call(Address target, Address next) {
        if (callers_.size() >= kMaxCalls) return false;
        callers_.push_back(next);
        return jump(target);
    }
    bool leave_function() {
        if (callers_.empty()) return returned_ = true;
        pc_ = callers_.back();
        callers_.pop_back();
        return true;
    }
    bool jump(Address target) {
        pc_ = target;
        return true;
    }
    bool jump_through(Address slot) {
        const auto target = read_address(memory_, slot);
        return target && jump(*target);
    }

    // What cannot be read any more reads as zeros, which are no instruction that is followed.
    bool fetch() {
        code_ = {};
        std::size_t size = kMaxBytes;
        while (size > 0 && !memory_.read(pc_, std::as_writable_bytes(std::span(code_).first(size)))) --size;
        return size > 0;
    }
    bool advance(std::size_t bytes) {
        pc_ = pc_ + bytes;
        return true;
    }
    std::uint8_t byte(std::size_t index) const { return code_[index]; }
    bool begins_with(std::string_view bytes) const {
        return std::memcmp(code_.data(), bytes.data(), bytes.size()) == 0;
    }
    std::int64_t number(std::size_t index) const {
        std::int32_t value = 0;
        std::memcpy(&value, code_.data() + index, sizeof(value));
        return value;
    }
    std::int64_t small_number(std::size_t index) const { return static_cast<std::int8_t>(code_[index]); }

    const MemoryImage& memory_;
    Address pc_;
    std::array<std::uint64_t, 8> registers_{};
    std::array<bool, 8> known_{};
    std::map<std::uint64_t, std::uint64_t> stack_;
    std::vector<Address> callers_;
    std::array<std::uint8_t, kMaxBytes> code_{};
    bool returned_ = false;
};

}  // namespace

std::optional<Address> follow_getter(const MemoryImage& memory, Address function, Address self) {
    return Run(memory, function, self).result();
}

}  // namespace pycore
