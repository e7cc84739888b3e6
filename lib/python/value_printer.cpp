// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/value_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "python/text_object.h"
#include "python/value_kinds.h"

namespace pycore {
namespace {

// nullptr: nothing but class and address can be told.
PrintKind printer_of(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::Singleton: return print_singleton;
        case ObjectKind::Bool: return print_bool;
        case ObjectKind::Int: return print_int;
        case ObjectKind::Float: return print_float;
        case ObjectKind::Complex: return print_complex;
        case ObjectKind::Text: return print_text;
        case ObjectKind::Bytes: return print_bytes;
        case ObjectKind::ByteArray: return print_bytearray;
        case ObjectKind::List: return print_list;
        case ObjectKind::Tuple: return print_tuple;
        case ObjectKind::Dict: return print_dict;
        case ObjectKind::Set:
        case ObjectKind::FrozenSet: return print_set;
        case ObjectKind::Type: return print_type;
        case ObjectKind::Module: return print_module;
        case ObjectKind::Function: return print_function;
        case ObjectKind::Method: return print_method;
        case ObjectKind::BuiltinFunction: return print_builtin;
        case ObjectKind::Code: return print_code;
        case ObjectKind::Generator: return print_generator;
        case ObjectKind::Exception: return print_exception;
        case ObjectKind::Range: return print_range;
        case ObjectKind::Slice: return print_slice;
        case ObjectKind::Cell:
        case ObjectKind::Other: break;
    }
    return nullptr;
}

bool is_absent(const Error& error) { return error.code == ErrorCode::Absent; }

}  // namespace

std::optional<std::string> ValuePrinter::print(Address object) {
    out_.clear();
    path_.clear();
    values_ = 0;
    const auto found = classes_.class_of(object);
    if (!found && is_absent(found.error())) return std::nullopt;
    print_inner(object);
    return std::move(out_);
}

std::optional<std::string> ValuePrinter::type_name(Address object) {
    const auto found = classes_.class_of(object);
    return found ? (*found)->name : std::nullopt;
}

void ValuePrinter::print_inner(Address object) {
    // Deeper than any kind goes by itself: what lies within each other without end.
    if (is_full() || path_.size() > kDepth + 1) {
        out_ += "…";
        return;
    }
    ++values_;
    if (!object) {
        out_ += "<NULL>";
        return;
    }
    const auto found = classes_.class_of(object);
    if (!found) return tell(found.error(), object, nullptr);
    const ObjectClass& of = **found;
    if (print_cycle(object, of)) return;
    const PrintKind print_kind = printer_of(of.kind);
    if (print_kind == nullptr) return print_default(object, of);
    const std::size_t begin = out_.size();
    path_.push_back(object);
    const auto done = print_kind(*this, object, of);
    path_.pop_back();
    if (done) return;
    out_.resize(begin);
    tell(done.error(), object, &of);
}

// An object within itself, as Python writes it.
bool ValuePrinter::print_cycle(Address object, const ObjectClass& of) {
    if (std::find(path_.begin(), path_.end(), object) == path_.end()) return false;
    switch (of.kind) {
        case ObjectKind::List: out_ += "[...]"; break;
        case ObjectKind::Dict: out_ += "{...}"; break;
        case ObjectKind::Tuple: out_ += "(...)"; break;
        default: print_default(object, of);
    }
    return true;
}

void ValuePrinter::tell(const Error& error, Address object, const ObjectClass* of) {
    if (is_absent(error)) {
        out_ += "<not in the core>";
        return;
    }
    const std::string name = of != nullptr && of->name ? *of->name : "object";
    out_ += fmt::format("<damaged {} at {}>", name, to_string(object));
}

void ValuePrinter::print_name(Address text) {
    const auto name = read_short_text(remote_, types_, text, kCharacters);
    out_ += name ? *name : "?";
}

void ValuePrinter::print_default(Address object, const ObjectClass& of) {
    out_ += of.name ? fmt::format("<{} object at {}>", *of.name, to_string(object))
                    : fmt::format("<object at {}>", to_string(object));
}

}  // namespace pycore
