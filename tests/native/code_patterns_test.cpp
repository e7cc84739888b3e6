// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/code_patterns.h"

#include "process/registers.h"
#include "support/catch.h"

using namespace pycore;

namespace {

std::vector<std::byte> code(std::initializer_list<int> bytes) {
    std::vector<std::byte> result;
    for (const int byte : bytes) result.push_back(static_cast<std::byte>(byte));
    return result;
}

}  // namespace

TEST_CASE("a return address is believed after a call instruction only", "[native]") {
    CHECK(ends_with_call(code({0xe8, 1, 2, 3, 4})));              // call rel32
    CHECK(ends_with_call(code({0xff, 0xd1})));                    // call rcx
    CHECK(ends_with_call(code({0x41, 0xff, 0xd4})));              // call r12
    CHECK(ends_with_call(code({0xff, 0x50, 0x18})));              // call [rax+0x18]
    CHECK(ends_with_call(code({0xff, 0x54, 0x24, 0x08})));        // call [rsp+8]
    CHECK(ends_with_call(code({0xff, 0x15, 1, 2, 3, 4})));        // call [rip+disp32]
    CHECK(ends_with_call(code({0xff, 0x94, 0xc3, 1, 2, 3, 4})));  // call [rbx+rax*8+disp32]
    CHECK_FALSE(ends_with_call(code({0xff, 0xe1})));              // jmp rcx
    CHECK_FALSE(ends_with_call(code({0xe9, 1, 2, 3, 4})));        // jmp rel32
    CHECK_FALSE(ends_with_call(code({0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90})));
    CHECK_FALSE(ends_with_call({}));
}

TEST_CASE("the rest of an epilogue tells where the return address lies", "[native]") {
    // add rsp, 8; pop rbx; pop r12; ret
    const auto epilogue = parse_epilogue(code({0x48, 0x83, 0xc4, 0x08, 0x5b, 0x41, 0x5c, 0xc3}));
    REQUIRE(epilogue);
    CHECK(epilogue->return_offset == 24);
    REQUIRE(epilogue->pops.size() == 2);
    CHECK(epilogue->pops[0].register_index == kRbx);
    CHECK(epilogue->pops[0].sp_offset == 8);
    CHECK(epilogue->pops[1].register_index == kR12);
    CHECK(epilogue->pops[1].sp_offset == 16);
}

TEST_CASE("leave takes the rest of an epilogue from the frame pointer", "[native]") {
    const auto epilogue = parse_epilogue(code({0xc9, 0xc3}));
    REQUIRE(epilogue);
    CHECK(epilogue->return_from_rbp);
    CHECK(epilogue->return_offset == 8);
}

TEST_CASE("code that does anything else is no epilogue", "[native]") {
    CHECK_FALSE(parse_epilogue(code({0x31, 0xc0, 0xc3})));  // xor eax, eax; ret
    CHECK_FALSE(parse_epilogue(code({0x5b, 0x5d})));        // cut before its ret
    CHECK_FALSE(parse_epilogue(code({0x5c, 0xc3})));        // pop rsp
    CHECK_FALSE(parse_epilogue({}));
}

TEST_CASE("signal trampolines of glibc and musl are known by their code", "[native]") {
    CHECK(begins_with_sigreturn(code({0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05})));
    CHECK(begins_with_sigreturn(code({0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05})));
    CHECK_FALSE(begins_with_sigreturn(code({0xb8, 0x0e, 0, 0, 0, 0x0f, 0x05})));
    CHECK_FALSE(begins_with_sigreturn(code({0xb8, 0x0f, 0})));
}
