// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/code_patterns.h"

#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "process/registers.h"

namespace pycore {
namespace {

constexpr std::uint8_t kGroup5 = 0xff;  // FF /2: call through a register or memory
constexpr std::array<std::size_t, 8> kByEncoding = {kRax, kRcx, kRdx, kRbx, kRsp, kRbp, kRsi, kRdi};

std::uint8_t byte_at(std::span<const std::byte> code, std::size_t i) { return std::to_integer<std::uint8_t>(code[i]); }

// Bytes of an FF /2 instruction that begins with `modrm` after its opcode; 0 if it is no call.
std::size_t indirect_call_size(std::uint8_t modrm, std::uint8_t sib) {
    const unsigned mode = modrm >> 6;
    const unsigned base = modrm & 7;
    if ((modrm >> 3 & 7) != 2) return 0;
    if (mode == 3) return 2;
    std::size_t size = 2 + (base == 4 ? 1 : 0);
    if (mode == 1) size += 1;
    if (mode == 2 || (mode == 0 && base == 5) || (mode == 0 && base == 4 && (sib & 7) == 5)) size += 4;
    return size;
}

class EpilogueParser {
public:
    explicit EpilogueParser(std::span<const std::byte> code) : reader_(code) {}

    std::optional<Epilogue> parse() {
        for (std::size_t i = 0; i < kMaxInstructions; ++i) {
            const auto opcode = next();
            if (!opcode) return std::nullopt;
            if (is_return(*opcode)) {
                epilogue_.return_offset = offset_;
                epilogue_.return_from_rbp = from_rbp_;
                return epilogue_;
            }
            if (!undo(*opcode)) return std::nullopt;
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t kMaxInstructions = 16;

    std::optional<std::uint8_t> next() { return reader_.read<std::uint8_t>(); }

    bool is_return(std::uint8_t opcode) {
        if (opcode == 0xf3) return next() == 0xc3;  // rep ret
        return opcode == 0xc3 || opcode == 0xc2;
    }
    void pop(std::size_t register_index) {
        epilogue_.pops.push_back({register_index, offset_, from_rbp_});
        offset_ += 8;
    }
    bool undo(std::uint8_t opcode) {
        if (opcode >= 0x58 && opcode <= 0x5f) {
            pop(kByEncoding[opcode - 0x58]);
            return opcode != 0x5c;  // pop rsp
        }
        if (opcode == 0x41) {
            const auto extended = next();
            if (!extended || *extended < 0x58 || *extended > 0x5f) return false;
            pop(kR8 + (*extended - 0x58));
            return true;
        }
        if (opcode == 0xc9) {  // leave
            if (from_rbp_ || popped_rbp()) return false;
            from_rbp_ = true;
            offset_ = 0;
            pop(kRbp);
            return true;
        }
        return opcode == 0x48 && adjust();
    }
    // add rsp, imm8 | imm32
    bool adjust() {
        const auto opcode = next();
        const auto modrm = next();
        if (!opcode || modrm != 0xc4) return false;
        std::optional<std::int64_t> size;
        if (*opcode == 0x83) size = reader_.read<std::int8_t>();
        if (*opcode == 0x81) size = reader_.read<std::int32_t>();
        if (!size) return false;
        offset_ += *size;
        return true;
    }
    bool popped_rbp() const {
        return std::any_of(epilogue_.pops.begin(), epilogue_.pops.end(),
                           [](const Epilogue::Pop& pop) { return pop.register_index == kRbp; });
    }

    ByteReader reader_;
    Epilogue epilogue_;
    std::int64_t offset_ = 0;
    bool from_rbp_ = false;
};

}  // namespace

bool ends_with_call(std::span<const std::byte> code) {
    const std::size_t size = code.size();
    if (size >= 5 && byte_at(code, size - 5) == 0xe8) return true;
    for (const std::size_t length : {2, 3, 4, 6, 7}) {
        if (size < length) break;
        const std::size_t begin = size - length;
        if (byte_at(code, begin) != kGroup5) continue;
        const std::uint8_t sib = length > 2 ? byte_at(code, begin + 2) : 0;
        if (indirect_call_size(byte_at(code, begin + 1), sib) == length) return true;
    }
    return false;
}

bool begins_with_sigreturn(std::span<const std::byte> code) {
    // mov $15, %rax (glibc) or %eax (musl); syscall
    constexpr std::array<std::uint8_t, 9> kWide = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    constexpr std::array<std::uint8_t, 7> kNarrow = {0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05};
    const auto begins_with = [&](const auto& pattern) {
        return code.size() >= pattern.size() &&
               std::equal(pattern.begin(), pattern.end(), code.begin(),
                          [](std::uint8_t a, std::byte b) { return a == std::to_integer<std::uint8_t>(b); });
    };
    return begins_with(kWide) || begins_with(kNarrow);
}

std::optional<Epilogue> parse_epilogue(std::span<const std::byte> code) { return EpilogueParser(code).parse(); }

}  // namespace pycore
