// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ValuePrinter writes an object as repr() does, from its bytes: built-in objects by their content, others by class
// and address, because nothing of the dead process can run. It is bounded in every direction, and nothing that is
// not what it should be is written as a value:
//
//   [1, 'two', … 998 more]      what is cut
//   [[[…]]]                     what lies deeper than kDepth
//   <not in the core>           bytes that the dump left out
//   <damaged list at 0x7f..>    what contradicts itself
//   Point(1, 2)                 instances of subclasses of built-in types

#include <optional>
#include <string>
#include <vector>

#include "python/object_classes.h"

namespace pycore {

class ValuePrinter {
public:
    static constexpr std::size_t kDepth = 2;         // containers within each other whose items are told
    static constexpr std::size_t kItems = 32;        // of one container
    static constexpr std::size_t kCharacters = 256;  // of one str or bytes
    static constexpr std::size_t kValues = 200;      // objects in one value
    static constexpr std::size_t kBytes = 4096;      // of one value; the last item may go beyond
    static constexpr std::uint64_t kIntegerBits = 4000;

    ValuePrinter(const Remote& remote, TypeObjects& types) : remote_(remote), types_(types), classes_(remote, types) {}

    // nullopt: `object` itself is not in the core.
    std::optional<std::string> print(Address object);
    std::optional<std::string> type_name(Address object);
    ObjectClasses& classes() { return classes_; }
    // How many objects the last value is made of.
    std::size_t values() const { return values_; }

    // For the printers of kinds (value_kinds.h).
    const Remote& remote() const { return remote_; }
    TypeObjects& types() { return types_; }
    const layout::ObjectLayout& fields() const { return classes_.fields(); }
    std::string& out() { return out_; }
    bool may_descend() const { return path_.size() <= kDepth; }
    bool is_full() const { return values_ >= kValues || out_.size() >= kBytes; }
    // An object within the one that is being printed.
    void print_inner(Address object);
    // A name of the program: not quoted, cut.
    void print_name(Address text);
    // "<__main__.Worker object at 0x..>"
    void print_default(Address object, const ObjectClass& of);

private:
    bool print_cycle(Address object, const ObjectClass& of);
    void tell(const Error& error, Address object, const ObjectClass* of);

    const Remote& remote_;
    TypeObjects& types_;
    ObjectClasses classes_;
    std::string out_;
    std::vector<Address> path_;  // objects that are being printed, the outermost first
    std::size_t values_ = 0;
};

}  // namespace pycore
