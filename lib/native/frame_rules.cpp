// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/frame_rules.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstdlib>

namespace pycore {
namespace {

constexpr std::size_t kMaxOperations = 1000;

struct FreeFrame {
    void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};
using FramePointer = std::unique_ptr<Dwarf_Frame, FreeFrame>;

FramePointer find_frame(Dwarf_CFI* cfi, std::uint64_t link_address) {
    Dwarf_Frame* frame = nullptr;
    if (cfi == nullptr || dwarf_cfi_addrframe(cfi, link_address, &frame) != 0) return nullptr;
    return FramePointer(frame);
}

Expression copy_expression(const Dwarf_Op* operations, std::size_t count) {
    Expression expression;
    expression.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        expression.push_back({operations[i].atom, operations[i].number, operations[i].number2, operations[i].offset});
    }
    return expression;
}

std::size_t add_expression(FrameRules& rules, const Dwarf_Op* operations, std::size_t count) {
    rules.expressions.push_back(copy_expression(operations, count));
    return rules.expressions.size() - 1;
}

bool read_cfa(Dwarf_Frame* frame, FrameRules& rules) {
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_cfa(frame, &operations, &count) != 0 || count == 0 || count > kMaxOperations) return false;
    const Dwarf_Op& first = operations[0];
    if (count == 1 && first.atom == DW_OP_bregx && first.number < kRegisterCount) {
        rules.cfa_register = first.number;
        rules.cfa_offset = static_cast<std::int64_t>(first.number2);
    } else if (count == 1 && first.atom >= DW_OP_breg0 && first.atom < DW_OP_breg0 + kRegisterCount) {
        rules.cfa_register = first.atom - DW_OP_breg0;
        rules.cfa_offset = static_cast<std::int64_t>(first.number);
    } else {
        rules.cfa_expression = add_expression(rules, operations, count);
    }
    return true;
}

// libdw hands every rule out as an expression; the plain ones become plain again.
RegisterRule rule_of(const Dwarf_Op* operations, std::size_t count, FrameRules& rules) {
    using Kind = RegisterRule::Kind;
    if (count == 1 && operations[0].atom == DW_OP_regx) {
        return {Kind::Register, static_cast<std::int64_t>(operations[0].number), 0};
    }
    const bool is_value = operations[count - 1].atom == DW_OP_stack_value;
    const std::size_t plain = is_value ? count - 1 : count;
    if (operations[0].atom == DW_OP_call_frame_cfa && plain == 1) return {is_value ? Kind::Value : Kind::At, 0, 0};
    if (operations[0].atom == DW_OP_call_frame_cfa && plain == 2 && operations[1].atom == DW_OP_plus_uconst) {
        return {is_value ? Kind::Value : Kind::At, static_cast<std::int64_t>(operations[1].number), 0};
    }
    return {is_value ? Kind::ValueExpression : Kind::AtExpression, 0, add_expression(rules, operations, count)};
}

bool read_register(Dwarf_Frame* frame, std::size_t index, FrameRules& rules) {
    Dwarf_Op memory[3];
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(frame, static_cast<int>(index), memory, &operations, &count) != 0) return false;
    RegisterRule& rule = rules.registers[index];
    if (count > kMaxOperations) return false;
    if (count == 0) {
        // "Undefined" points at our own array, "same value" nowhere (elfutils/libdw.h).
        rule.kind = operations == nullptr ? RegisterRule::Kind::Same : RegisterRule::Kind::Undefined;
    } else {
        rule = rule_of(operations, count, rules);
    }
    return true;
}

std::optional<FrameRules> rules_of(Dwarf_Frame* frame) {
    FrameRules rules;
    Dwarf_Addr begin = 0, end = 0;
    const int return_address = dwarf_frame_info(frame, &begin, &end, &rules.is_signal_frame);
    if (return_address < 0 || return_address >= static_cast<int>(kRegisterCount)) return std::nullopt;
    rules.return_address = static_cast<std::size_t>(return_address);
    rules.function_begin = begin;
    if (!read_cfa(frame, rules)) return std::nullopt;
    for (std::size_t i = 0; i < kRegisterCount; ++i) {
        if (!read_register(frame, i, rules)) return std::nullopt;
    }
    return rules;
}

}  // namespace

struct CallFrameInfo::Implementation {
    std::shared_ptr<const ElfFile> file;
    Dwarf_CFI* eh_frame = nullptr;
    Dwarf* dwarf = nullptr;  // owns debug_frame
    Dwarf_CFI* debug_frame = nullptr;
    bool debug_frame_tried = false;

    // Only when it is needed: libdw unpacks every compressed section for it.
    Dwarf_CFI* get_debug_frame() {
        if (!debug_frame_tried && file->find_section(".debug_frame") != nullptr) {
            dwarf = dwarf_begin_elf(file->handle(), DWARF_C_READ, nullptr);
            if (dwarf != nullptr) debug_frame = dwarf_getcfi(dwarf);
        }
        debug_frame_tried = true;
        return debug_frame;
    }
};

CallFrameInfo::CallFrameInfo(std::shared_ptr<const ElfFile> file) : implementation_(new Implementation) {
    implementation_->file = std::move(file);
    implementation_->eh_frame = dwarf_getcfi_elf(implementation_->file->handle());
}

CallFrameInfo::~CallFrameInfo() {
    dwarf_cfi_end(implementation_->eh_frame);
    if (implementation_->dwarf != nullptr) dwarf_end(implementation_->dwarf);
}

std::optional<FrameRules> CallFrameInfo::find(std::uint64_t link_address) {
    auto frame = find_frame(implementation_->eh_frame, link_address);
    if (!frame) frame = find_frame(implementation_->get_debug_frame(), link_address);
    return frame ? rules_of(frame.get()) : std::nullopt;
}

}  // namespace pycore
