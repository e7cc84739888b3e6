// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The printers of each kind of object, for the table in value_printer.cpp. Each appends to printer.out(); what it
// wrote before an Error is dropped.

#include "python/value_printer.h"

namespace pycore {

using PrintKind = Result<void> (*)(ValuePrinter& printer, Address object, const ObjectClass& of);

Result<void> print_singleton(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_int(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_bool(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_float(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_complex(ValuePrinter& printer, Address object, const ObjectClass& of);

Result<void> print_text(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_bytes(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_bytearray(ValuePrinter& printer, Address object, const ObjectClass& of);

Result<void> print_list(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_tuple(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_dict(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_set(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_exception(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_range(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_slice(ValuePrinter& printer, Address object, const ObjectClass& of);

Result<void> print_type(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_module(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_function(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_method(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_builtin(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_code(ValuePrinter& printer, Address object, const ObjectClass& of);
Result<void> print_generator(ValuePrinter& printer, Address object, const ObjectClass& of);

}  // namespace pycore
