// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// CodeMap knows the code of a process: which addresses may be run, what module they are of, and the
// unwind rules there. What it finds about a pc is kept: stacks repeat themselves.

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "native/code_patterns.h"
#include "native/frame_rules.h"
#include "process/process_snapshot.h"

namespace pycore {

// A place in the code, as the pc of a frame.
struct CodeSite {
    bool executable = false;
    const Module* module = nullptr;
    std::optional<FrameRules> rules;
    Address function_begin;            // of the rules' function
    bool is_sigreturn = false;         // a signal trampoline by its instructions
    bool is_signal_frame = false;      // by its instructions or its rules
    std::optional<Epilogue> epilogue;  // where there are no rules
};

class CodeMap {
public:
    explicit CodeMap(const ProcessSnapshot& process);

    // `exact`: the pc itself is looked up; else it is a return address, and the call before it is.
    const CodeSite& site(Address pc, bool exact);

    bool is_executable(Address address) const;
    // A call instruction ends at `pc`; false also where the bytes are not there.
    bool follows_call(Address pc) const;

private:
    CodeSite look_at(Address pc, bool exact);
    std::optional<FrameRules> rules_at(const Module& module, Address address);
    std::span<const std::byte> code_at(Address address, std::size_t max_size) const;
    const Module* find_module(Address address) const;

    const ProcessSnapshot& process_;
    std::optional<Module> vdso_;
    std::vector<AddressRange> executable_;  // ascending, disjoint
    std::unordered_map<const Module*, std::unique_ptr<CallFrameInfo>> call_frame_info_;
    std::unordered_map<Address, CodeSite> exact_sites_;
    std::unordered_map<Address, CodeSite> return_sites_;
};

}  // namespace pycore
