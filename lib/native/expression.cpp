// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/expression.h"

#include <dwarf.h>

#include <algorithm>

namespace pycore {
namespace {

constexpr std::size_t kMaxSteps = 1000;
constexpr std::size_t kMaxDepth = 64;

std::optional<std::uint64_t> binary(std::uint8_t code, std::uint64_t a, std::uint64_t b) {
    const auto left = static_cast<std::int64_t>(a);
    const auto right = static_cast<std::int64_t>(b);
    switch (code) {
        case DW_OP_and: return a & b;
        case DW_OP_or: return a | b;
        case DW_OP_xor: return a ^ b;
        case DW_OP_plus: return a + b;
        case DW_OP_minus: return a - b;
        case DW_OP_mul: return a * b;
        case DW_OP_div:
            if (b == 0) return std::nullopt;
            return right == -1 ? 0 - a : static_cast<std::uint64_t>(left / right);
        case DW_OP_mod: return b == 0 ? std::nullopt : std::optional(a % b);
        case DW_OP_shl: return b < 64 ? a << b : 0;
        case DW_OP_shr: return b < 64 ? a >> b : 0;
        case DW_OP_shra: return static_cast<std::uint64_t>(left >> std::min<std::uint64_t>(b, 63));
        case DW_OP_eq: return a == b;
        case DW_OP_ne: return a != b;
        case DW_OP_lt: return left < right;
        case DW_OP_le: return left <= right;
        case DW_OP_gt: return left > right;
        case DW_OP_ge: return left >= right;
        default: return std::nullopt;
    }
}

class Machine {
public:
    Machine(const RegisterSet& registers, StackReader& memory, std::optional<std::uint64_t> cfa)
        : registers_(registers), memory_(memory), cfa_(cfa) {}

    // False if the operation cannot be done; branches are the caller's.
    bool run(const Operation& operation) {
        const std::uint8_t code = operation.code;
        if (code >= DW_OP_lit0 && code <= DW_OP_lit31) return push(code - DW_OP_lit0);
        if (code >= DW_OP_breg0 && code <= DW_OP_breg31) {
            return push_register(code - DW_OP_breg0, operation.number);
        }
        switch (code) {
            case DW_OP_nop: return true;
            case DW_OP_addr:
            case DW_OP_const1u:
            case DW_OP_const1s:
            case DW_OP_const2u:
            case DW_OP_const2s:
            case DW_OP_const4u:
            case DW_OP_const4s:
            case DW_OP_const8u:
            case DW_OP_const8s:
            case DW_OP_constu:
            case DW_OP_consts: return push(operation.number);
            case DW_OP_bregx: return push_register(operation.number, operation.number2);
            case DW_OP_call_frame_cfa: return cfa_ && push(*cfa_);
            case DW_OP_stack_value: return !stack_.empty();
            case DW_OP_dup: return pick(0);
            case DW_OP_over: return pick(1);
            case DW_OP_pick: return pick(operation.number);
            case DW_OP_drop: return pop().has_value();
            case DW_OP_swap: return swap();
            case DW_OP_rot: return rotate();
            case DW_OP_deref: return dereference(8);
            case DW_OP_deref_size: return dereference(operation.number);
            default: return arithmetic(operation);
        }
    }
    std::optional<std::uint64_t> pop() {
        if (stack_.empty()) return std::nullopt;
        const std::uint64_t top = stack_.back();
        stack_.pop_back();
        return top;
    }

private:
    bool push(std::optional<std::uint64_t> value) {
        if (!value || stack_.size() >= kMaxDepth) return false;
        stack_.push_back(*value);
        return true;
    }
    bool push_register(std::uint64_t index, std::uint64_t offset) {
        const auto value = registers_.get(index);
        return value && push(*value + offset);
    }
    bool pick(std::uint64_t depth) { return depth < stack_.size() && push(stack_[stack_.size() - 1 - depth]); }
    bool swap() {
        if (stack_.size() < 2) return false;
        std::swap(stack_.back(), stack_[stack_.size() - 2]);
        return true;
    }
    bool rotate() {
        if (stack_.size() < 3) return false;
        std::rotate(stack_.end() - 3, stack_.end() - 1, stack_.end());
        return true;
    }
    bool dereference(std::uint64_t size) {
        const auto address = pop();
        if (!address || size == 0 || size > 8) return false;
        const auto value = memory_.word({*address});
        if (!value) return false;
        return push(size == 8 ? *value : *value & ((std::uint64_t{1} << (size * 8)) - 1));
    }
    bool arithmetic(const Operation& operation) {
        const auto top = pop();
        if (!top) return false;
        const auto number = static_cast<std::int64_t>(*top);
        switch (operation.code) {
            case DW_OP_plus_uconst: return push(*top + operation.number);
            case DW_OP_neg: return push(0 - *top);
            case DW_OP_not: return push(~*top);
            case DW_OP_abs: return push(number < 0 ? 0 - *top : *top);
            default: break;
        }
        const auto below = pop();
        return below && push(binary(operation.code, *below, *top));
    }

    const RegisterSet& registers_;
    StackReader& memory_;
    std::optional<std::uint64_t> cfa_;
    std::vector<std::uint64_t> stack_;
};

// The operation that a branch leads to; the end of the expression is a target, too.
std::optional<std::size_t> branch_target(const Expression& expression, const Operation& branch) {
    // DW_OP_bra and DW_OP_skip are three bytes; their operand counts from the next operation.
    const std::uint64_t offset = branch.offset + 3 + branch.number;
    const auto found = std::find_if(expression.begin(), expression.end(),
                                    [&](const Operation& operation) { return operation.offset == offset; });
    if (found == expression.end() && offset <= expression.back().offset) return std::nullopt;
    return static_cast<std::size_t>(found - expression.begin());
}

}  // namespace

std::optional<std::uint64_t> evaluate(const Expression& expression, const RegisterSet& registers, StackReader& stack,
                                      std::optional<std::uint64_t> cfa) {
    Machine machine(registers, stack, cfa);
    std::size_t next = 0;
    for (std::size_t steps = 0; next < expression.size(); ++steps) {
        if (steps >= kMaxSteps) return std::nullopt;
        const Operation& operation = expression[next++];
        if (operation.code != DW_OP_bra && operation.code != DW_OP_skip) {
            if (!machine.run(operation)) return std::nullopt;
            continue;
        }
        const auto condition = operation.code == DW_OP_bra ? machine.pop() : 1;
        if (!condition) return std::nullopt;
        if (*condition == 0) continue;
        const auto target = branch_target(expression, operation);
        if (!target) return std::nullopt;
        next = *target;
    }
    return machine.pop();
}

}  // namespace pycore
