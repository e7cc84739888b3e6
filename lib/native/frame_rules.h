// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// FrameRules tell, for one pc, how the caller's registers are found: one row of call-frame information.
// CallFrameInfo looks them up in a module's .eh_frame, then .debug_frame, through elfutils.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "elf/elf_file.h"
#include "native/expression.h"

namespace pycore {

struct RegisterRule {
    enum class Kind : std::uint8_t {
        Undefined,        // not saved; for the return address: this is the outermost frame
        Same,             // the callee left it alone
        At,               // at cfa + offset
        Value,            // cfa + offset itself
        Register,         // in register `offset`
        AtExpression,     // at the address that `expression` gives
        ValueExpression,  // what `expression` gives
    };
    Kind kind = Kind::Undefined;
    std::int64_t offset = 0;
    std::size_t expression = 0;  // index into FrameRules::expressions
};

struct FrameRules {
    // Canonical frame address: a register plus an offset, or an expression.
    std::optional<std::size_t> cfa_register;
    std::int64_t cfa_offset = 0;
    std::size_t cfa_expression = 0;

    std::array<RegisterRule, kRegisterCount> registers;
    std::size_t return_address = kRip;  // the rule that gives the caller's pc
    std::uint64_t function_begin = 0;   // link address where these rules' function begins
    bool is_signal_frame = false;       // what it returns to was interrupted, not calling
    std::vector<Expression> expressions;
};

class CallFrameInfo {
public:
    explicit CallFrameInfo(std::shared_ptr<const ElfFile> file);
    ~CallFrameInfo();
    CallFrameInfo(const CallFrameInfo&) = delete;
    CallFrameInfo& operator=(const CallFrameInfo&) = delete;

    // nullopt where no rules cover the address, or damaged ones.
    std::optional<FrameRules> find(std::uint64_t link_address);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace pycore
