// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// LocalsReader fills in PythonFrame::locals: the slots of a frame, named by its code object. Variables of modules
// and class bodies are no slots, but items of a dict that is theirs; they are not told.

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "python/locals_depth.h"
#include "python/value_printer.h"
#include "state/python_frame.h"

namespace pycore {

class LocalsReader {
public:
    LocalsReader(const Remote& remote, TypeObjects& types, LocalsDepth depth, Diagnostics& diagnostics)
        : remote_(remote), types_(types), printer_(remote, types), depth_(depth), diagnostics_(diagnostics) {}

    // Of all frames, the youngest first, until the thread's share of the budget is spent.
    void read(PythonThread& thread);

private:
    struct Slot {
        std::string name;
        LocalVariable::Kind kind = LocalVariable::Kind::Local;
        std::size_t index = 0;  // in the frame
        bool may_be_cell = false;
    };
    using Slots = std::vector<Slot>;

    void read_frame(PythonFrame& frame);
    std::optional<LocalVariable> read_slot(const Slot& slot, Address reference);
    LocalVariable describe(const Slot& slot, Address object);
    Result<Address> code_of(const PythonFrame& frame) const;
    std::optional<std::uint32_t> first_slot() const;
    const Slots& slots_of(Address code);
    Result<Slots> read_slots(Address code);
    Result<Slots> read_named_slots(Address code);
    Result<Slots> read_three_lists(Address code);
    Result<std::vector<std::string>> read_names(Address tuple);
    Result<void> order_arguments(Address code, Slots& slots) const;

    const Remote& remote_;
    TypeObjects& types_;
    ValuePrinter printer_;
    LocalsDepth depth_;
    Diagnostics& diagnostics_;
    std::unordered_map<Address, std::unique_ptr<Slots>> slots_;
    std::size_t left_of_thread_ = 0;
    bool cut_ = false;  // the budget was spent
};

}  // namespace pycore
