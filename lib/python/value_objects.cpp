// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Printers of what Python itself is made of: told by name, as the repr() of each.
//   method                      im_func 0, im_self 8                         behind the header
//   builtin_function_or_method  m_ml 0 -> {char* ml_name, ...}, m_self 8     behind the header
#include <fmt/format.h>

#include "python/value_kinds.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxMethodName = 256;  // bytes

void print_named(ValuePrinter& printer, std::string_view kind, Address name, Address object) {
    printer.out() += fmt::format("<{} ", kind);
    printer.print_name(name);
    printer.out() += fmt::format(" at {}>", to_string(object));
}

Result<Address> read_part(const ValuePrinter& printer, Address object, std::uint32_t offset) {
    return read_address(printer.remote().memory, object + offset);
}

}  // namespace

Result<void> print_type(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto instances = printer.classes().class_at(object);
    if (!instances) return instances.error();
    const auto& name = (*instances)->name;
    printer.out() += name ? fmt::format("<class '{}'>", *name) : fmt::format("<class at {}>", to_string(object));
    return {};
}

Result<void> print_module(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto name = read_part(printer, object, printer.fields().module_name);
    if (!name) return name.error();
    printer.out() += "<module '";
    printer.print_name(*name);
    printer.out() += "'>";
    return {};
}

Result<void> print_function(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto name = read_part(printer, object, printer.fields().function_qualname);
    if (!name) return name.error();
    print_named(printer, "function", *name, object);
    return {};
}

Result<void> print_generator(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto name = read_part(printer, object, printer.fields().generator_qualname);
    if (!name) return name.error();
    print_named(printer, of.name.value_or("generator") + " object", *name, object);
    return {};
}

Result<void> print_method(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto function = read_part(printer, object, printer.fields().header);
    if (!function) return function.error();
    const auto self = read_part(printer, object, printer.fields().header + 8);
    if (!self) return self.error();
    const auto kind = printer.classes().class_of(*function);
    if (!kind || (*kind)->kind != ObjectKind::Function || !printer.may_descend()) {
        printer.print_default(object, of);
        return {};
    }
    const auto name = read_part(printer, *function, printer.fields().function_qualname);
    if (!name) return name.error();
    printer.out() += "<bound method ";
    printer.print_name(*name);
    printer.out() += " of ";
    printer.print_inner(*self);
    printer.out() += ">";
    return {};
}

Result<void> print_builtin(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto definition = read_part(printer, object, printer.fields().header);
    if (!definition) return definition.error();
    const auto self = read_part(printer, object, printer.fields().header + 8);
    if (!self) return self.error();
    const auto name_at = read_part(printer, *definition, 0);
    const auto name = name_at ? read_c_string(printer.remote().memory, *name_at, kMaxMethodName) : name_at.error();
    if (!name) return name.error();
    const auto of = *self ? printer.classes().class_of(*self) : Error{ErrorCode::NotFound, "", {}};
    if (!of || (*of)->kind == ObjectKind::Module) {
        printer.out() += fmt::format("<built-in function {}>", *name);
    } else {
        printer.out() +=
            fmt::format("<built-in method {} of {} object at {}>", *name, (*of)->name.value_or("?"), to_string(*self));
    }
    return {};
}

Result<void> print_code(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto& fields = printer.remote().layout.code_object;
    const auto name = read_pointer_field(printer.remote(), object, fields.name, "co_name");
    if (!name) return name.error();
    const auto file = read_pointer_field(printer.remote(), object, fields.filename, "co_filename");
    if (!file) return file.error();
    const auto line = read_field<std::int32_t>(printer.remote(), object, fields.firstlineno, "co_firstlineno");
    if (!line) return line.error();
    printer.out() += "<code object ";
    printer.print_name(*name);
    printer.out() += fmt::format(" at {}, file \"", to_string(object));
    printer.print_name(*file);
    printer.out() += fmt::format("\", line {}>", *line);
    return {};
}

}  // namespace pycore
