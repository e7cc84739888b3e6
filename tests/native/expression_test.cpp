// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/expression.h"

#include <dwarf.h>

#include "memory/buffer_memory.h"
#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::uint64_t negative(std::int64_t number) { return static_cast<std::uint64_t>(number); }

std::optional<std::uint64_t> value_of(const Expression& expression) {
    BufferMemory memory;
    memory.write_value<std::uint64_t>({0x1000}, 0x1122334455667788);
    StackReader stack(memory);
    RegisterSet registers;
    registers.set(kRsp, 0x0ff0);
    registers.set(kRip, 0x40000b);
    return evaluate(expression, registers, stack, 0x2000);
}

}  // namespace

TEST_CASE("the rule of a procedure linkage table entry is computed", "[native]") {
    // rsp + 8 + ((rip & 15) >= 11) << 3, as GNU ld writes it for .plt
    const Expression plt = {{DW_OP_breg7, 8}, {DW_OP_breg16, 0}, {DW_OP_lit15}, {DW_OP_and}, {DW_OP_lit11},
                            {DW_OP_ge},       {DW_OP_lit3},      {DW_OP_shl},   {DW_OP_plus}};
    CHECK(value_of(plt) == 0x0ff0 + 8 + 8);
}

TEST_CASE("expressions read memory, the frame address and constants", "[native]") {
    CHECK(value_of({{DW_OP_breg7, 16}, {DW_OP_deref}}) == 0x1122334455667788);
    CHECK(value_of({{DW_OP_breg7, 16}, {DW_OP_deref_size, 2}}) == 0x7788);
    CHECK(value_of({{DW_OP_call_frame_cfa}, {DW_OP_plus_uconst, 0x10}}) == 0x2010);
    CHECK(value_of({{DW_OP_lit8}, {DW_OP_lit2}, {DW_OP_swap}, {DW_OP_minus}}) == negative(2 - 8));
    CHECK(value_of({{DW_OP_lit5, 0, 0, 0}, {DW_OP_lit1, 0, 0, 1}, {DW_OP_bra, 1, 0, 2}, {DW_OP_drop, 0, 0, 5}}) == 5);
}

TEST_CASE("an expression that asks for what is not there has no value", "[native]") {
    CHECK_FALSE(value_of({}));
    CHECK_FALSE(value_of({{DW_OP_breg3, 0}}));                         // unknown register
    CHECK_FALSE(value_of({{DW_OP_breg7, 0x5000}, {DW_OP_deref}}));     // unmapped
    CHECK_FALSE(value_of({{DW_OP_plus}}));                             // empty stack
    CHECK_FALSE(value_of({{DW_OP_lit1}, {DW_OP_lit0}, {DW_OP_div}}));  // by zero
    CHECK_FALSE(value_of({{DW_OP_lit1}, {DW_OP_piece, 4}}));           // not an address
    CHECK_FALSE(value_of({{DW_OP_lit1, 0, 0, 0}, {DW_OP_skip, 100, 0, 1}, {DW_OP_lit1, 0, 0, 200}}));
}

TEST_CASE("an expression that never ends is given up", "[native]") {
    CHECK_FALSE(value_of({{DW_OP_skip, negative(-3), 0, 0}}));
    CHECK_FALSE(value_of({{DW_OP_lit1, 0, 0, 0}, {DW_OP_skip, negative(-4), 0, 1}}));
}
