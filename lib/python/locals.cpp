// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Slots of a frame.
//   <= 3.10  co_varnames, then co_cellvars, then co_freevars; an argument that inner functions see has moved to its
//   cell 3.11+    co_localsplusnames, and a byte of co_localspluskinds each
// References of 3.14+ carry tags in their low bits (Include/internal/pycore_stackref.h).
#include "python/locals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "python/text_object.h"

namespace pycore {
namespace {

using Kind = LocalVariable::Kind;

constexpr std::size_t kMaxSlots = 4096;  // of one frame, and of one kind through 3.10
constexpr std::size_t kMaxName = 256;    // characters
constexpr std::size_t kSlotsOfOne = 8;   // slots that cost as much as one value
// Include/internal/pycore_code.h
constexpr std::uint8_t kCellBit = 0x40;
constexpr std::uint8_t kFreeBit = 0x80;
// Include/cpython/code.h
constexpr std::uint32_t kHasMoreArguments = 0x4;  // *args
constexpr std::uint32_t kHasMoreKeywords = 0x8;   // **kwargs
// Tags of references in frames.
constexpr std::uint64_t kTagMask = 3;
constexpr std::uint64_t kTaggedInteger = 3;
constexpr std::uint64_t kTaggedNull = 1;

Error damaged(Address code) {
    return {ErrorCode::Corrupt, "the names of variables of the code object at " + to_string(code) + " are damaged",
            code};
}

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

}  // namespace

void LocalsReader::read(PythonThread& thread) {
    left_of_thread_ = std::min(remote_.budget.values_of_thread, remote_.budget.values);
    const std::size_t share = left_of_thread_;
    cut_ = false;
    for (Activation& activation : thread.activations) {
        for (PythonFrame& frame : activation.frames) {
            if (frame.function && !cut_) read_frame(frame);
        }
    }
    remote_.budget.values -= share - left_of_thread_;
    if (!cut_) return;
    diagnostics_.warn(
        {ErrorCode::Limit, "variables are more than pycore tells; those of older frames are left out", {}},
        thread.native_thread_id);
}

void LocalsReader::read_frame(PythonFrame& frame) {
    const auto code = code_of(frame);
    const auto first = first_slot();
    if (!code || !first) return;
    const Slots& slots = slots_of(*code);
    if (slots.empty()) return;
    cut_ = !ReadBudget::take(left_of_thread_, 1 + slots.size() / kSlotsOfOne);
    if (cut_) return;
    const auto last =
        std::max_element(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) { return a.index < b.index; });
    std::vector<Address> references(last->index + 1);
    const auto done = remote_.memory.read(frame.address + *first, std::as_writable_bytes(std::span(references)));
    if (!done) {
        diagnostics_.warn(
            done.error().with_context("cannot read the variables of the frame at " + to_string(frame.address)));
        return;
    }
    for (const Slot& slot : slots) {
        if (cut_) return;
        auto variable = read_slot(slot, references[slot.index]);
        if (variable) frame.locals.push_back(*std::move(variable));
    }
}

// nullopt: it holds nothing now.
std::optional<LocalVariable> LocalsReader::read_slot(const Slot& slot, Address reference) {
    if (remote_.traits.tagged_references) {
        if (reference.value == kTaggedNull) return std::nullopt;
        if ((reference.value & kTagMask) == kTaggedInteger) {
            const auto number = static_cast<std::int64_t>(reference.value) >> 2;
            return LocalVariable{slot.name, slot.kind, "int", std::to_string(number), std::nullopt};
        }
        reference.value &= ~kTagMask;
    }
    if (!reference) return std::nullopt;
    if (!slot.may_be_cell) return describe(slot, reference);
    const auto of = printer_.classes().class_of(reference);
    // Frames that are told have made their cells; the name of the type may be in a file that is not at hand.
    const bool is_cell = of && ((*of)->kind == ObjectKind::Cell || ((*of)->kind == ObjectKind::Other && !(*of)->name));
    if (!is_cell) return describe(slot, reference);
    const auto content = read_address(remote_.memory, reference + printer_.fields().header);
    if (!content) return LocalVariable{slot.name, slot.kind, std::nullopt, std::nullopt, std::nullopt};
    if (!*content) return std::nullopt;
    return describe(slot, *content);
}

LocalVariable LocalsReader::describe(const Slot& slot, Address object) {
    LocalVariable variable{slot.name, slot.kind, printer_.type_name(object), std::nullopt, object};
    variable.value = depth_ == LocalsDepth::Types ? "<left out>" : printer_.print(object);
    const std::size_t cost = std::max<std::size_t>(printer_.values(), 1);
    const std::size_t text = slot.name.size() + size_of(variable.type) + size_of(variable.value);
    cut_ = cut_ || !ReadBudget::take(left_of_thread_, cost) || !ReadBudget::take(remote_.budget.text_bytes, text);
    return variable;
}

Result<Address> LocalsReader::code_of(const PythonFrame& frame) const {
    const auto field = printer_.fields().frame_slots ? remote_.layout.frame_object.f_code
                                                     : remote_.layout.interpreter_frame.executable;
    auto code = read_pointer_field(remote_, frame.address, field, "the code of a frame");
    if (code && remote_.traits.tagged_references) code->value &= ~kTagMask;
    return code;
}

std::optional<std::uint32_t> LocalsReader::first_slot() const {
    return printer_.fields().frame_slots ? printer_.fields().frame_slots : remote_.layout.interpreter_frame.localsplus;
}

const LocalsReader::Slots& LocalsReader::slots_of(Address code) {
    auto& known = slots_[code];
    if (known) return *known;
    known = std::make_unique<Slots>();
    auto slots = read_slots(code);
    if (slots) {
        *known = *std::move(slots);
    } else {
        diagnostics_.warn(slots.error());
    }
    return *known;
}

Result<LocalsReader::Slots> LocalsReader::read_slots(Address code) {
    auto slots = printer_.fields().variable_names ? read_three_lists(code) : read_named_slots(code);
    if (!slots) return slots;
    if (auto done = order_arguments(code, *slots); !done) return std::move(done).error();
    return slots;
}

Result<std::vector<std::string>> LocalsReader::read_names(Address tuple) {
    const auto type = types_.type_of(tuple);
    if (!type) return type.error();
    if (!(*type)->is_tuple()) return damaged(tuple);
    const auto count = read_value<std::uint64_t>(remote_.memory, tuple + printer_.fields().header);
    if (!count) return count.error();
    if (*count > kMaxSlots) return damaged(tuple);
    std::vector<Address> items(*count);
    auto done = remote_.memory.read(tuple + printer_.fields().tuple_items, std::as_writable_bytes(std::span(items)));
    if (!done) return std::move(done).error();
    std::vector<std::string> names;
    for (const Address item : items) {
        auto name = read_short_text(remote_, types_, item, kMaxName);
        names.push_back(name ? *std::move(name) : "?");
    }
    return names;
}

Result<LocalsReader::Slots> LocalsReader::read_named_slots(Address code) {
    const auto& fields = remote_.layout.code_object;
    const auto tuple = read_pointer_field(remote_, code, fields.localsplusnames, "co_localsplusnames");
    if (!tuple) return tuple.error();
    const auto kinds_at = read_pointer_field(remote_, code, fields.localspluskinds, "co_localspluskinds");
    if (!kinds_at) return kinds_at.error();
    auto names = read_names(*tuple);
    if (!names) return names.error();
    std::vector<std::byte> storage;
    const auto kinds = read_bytes_object(remote_, *kinds_at, kMaxSlots, storage);
    if (!kinds) return kinds.error();
    if (kinds->size() != names->size()) return damaged(code);
    Slots slots;
    for (std::size_t i = 0; i < names->size(); ++i) {
        const auto bits = std::to_integer<std::uint8_t>((*kinds)[i]);
        const Kind kind = (bits & kFreeBit) != 0 ? Kind::Free : (bits & kCellBit) != 0 ? Kind::Cell : Kind::Local;
        slots.push_back({std::move((*names)[i]), kind, i, kind != Kind::Local});
    }
    return slots;
}

Result<LocalsReader::Slots> LocalsReader::read_three_lists(Address code) {
    struct List {
        layout::Offset at;
        Kind kind;
    };
    const auto& fields = printer_.fields();
    Slots slots;
    for (const List& list : {List{fields.variable_names, Kind::Local}, List{fields.cell_names, Kind::Cell},
                             List{fields.free_names, Kind::Free}}) {
        const auto tuple = read_pointer_field(remote_, code, list.at, "the names of variables");
        if (!tuple) return tuple.error();
        auto names = read_names(*tuple);
        if (!names) return names.error();
        for (std::string& name : *names) {
            slots.push_back({std::move(name), list.kind, slots.size(), list.kind != Kind::Local});
        }
    }
    return slots;
}

// Arguments are the first slots: by position, by keyword only, *args, **kwargs. A signature has *args in between.
Result<void> LocalsReader::order_arguments(Address code, Slots& slots) const {
    const auto positional = read_field<std::int32_t>(remote_, code, remote_.layout.code_object.argcount, "co_argcount");
    if (!positional) return positional.error();
    const auto by_keyword = read_value<std::int32_t>(remote_.memory, code + printer_.fields().keyword_only_count);
    if (!by_keyword) return by_keyword.error();
    const auto flags = read_value<std::uint32_t>(remote_.memory, code + printer_.fields().code_flags);
    if (!flags) return flags.error();
    if (*positional < 0 || *by_keyword < 0) return damaged(code);
    const std::uint64_t named = static_cast<std::uint64_t>(*positional) + static_cast<std::uint64_t>(*by_keyword);
    const bool more = (*flags & kHasMoreArguments) != 0;
    const std::uint64_t count = named + (more ? 1 : 0) + ((*flags & kHasMoreKeywords) != 0 ? 1 : 0);
    if (count > slots.size()) return damaged(code);
    for (std::uint64_t i = 0; i < count; ++i) slots[i].kind = Kind::Argument;
    const auto begin = slots.begin();
    if (more) {
        std::rotate(begin + *positional, begin + static_cast<std::ptrdiff_t>(named),
                    begin + static_cast<std::ptrdiff_t>(named) + 1);
    }
    if (!printer_.fields().variable_names) return {};
    // An argument in a cell (<= 3.10): its own slot is empty.
    const auto arguments_end = begin + static_cast<std::ptrdiff_t>(count);
    for (auto argument = begin; argument != arguments_end; ++argument) {
        const auto cell = std::find_if(arguments_end, slots.end(), [&](const Slot& slot) {
            return slot.kind == Kind::Cell && slot.name == argument->name;
        });
        if (cell == slots.end()) continue;
        argument->index = cell->index;
        argument->may_be_cell = true;
        cell->kind = Kind::Argument;
        cell->name.clear();
    }
    std::erase_if(slots, [](const Slot& slot) { return slot.name.empty() && slot.kind == Kind::Argument; });
    return {};
}

}  // namespace pycore
