// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/code_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "python/text_object.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxLineTable = 16U << 20;  // bytes; those of generated modules reach megabytes
constexpr std::int64_t kUnknownSize = std::numeric_limits<std::int64_t>::max();

std::string code_at(Address code) { return "code object at " + to_string(code); }

// That of CPython's helper for inlined class calls (_Py_InitCleanup) goes one unit too far.
bool describes(const LineTable& lines, std::int64_t size_bytes) {
    const std::int64_t described = lines.code_bytes().value_or(size_bytes);
    return size_bytes == kUnknownSize || described == size_bytes || described == size_bytes + 2;
}

}  // namespace

const CodeInfo& CodeObjects::read(Address code, const Report& report) {
    auto& entry = codes_[code];
    if (!entry) entry = std::make_unique<CodeInfo>(read_code(code, report));
    return *entry;
}

bool CodeObjects::is_certain(Address code) { return has_code_type(code) || refers_like_code(code); }

bool CodeObjects::is_none(Address object) {
    const auto type = types_.type_of(object);
    return type && (*type)->named_none;
}

bool CodeObjects::has_code_type(Address code) {
    const auto type = read_pointer_field(remote_, code, remote_.layout.pyobject.ob_type, "ob_type");
    return type && types_.is_code_type(*type).value_or(false);
}

// Two strs and a bytes object where code has its name, file and line table: no other object has that, so it
// is the type, or the reference to it, that is damaged.
bool CodeObjects::refers_like_code(Address code) const {
    const auto& fields = remote_.layout.code_object;
    const auto type_at = [&](layout::Offset field) -> const TypeInfo* {
        const auto object = read_pointer_field(remote_, code, field, "");
        if (!object) return nullptr;
        const auto type = types_.type_of(*object);
        return type ? *type : nullptr;
    };
    const TypeInfo* name = type_at(fields.name);
    const TypeInfo* file = type_at(fields.filename);
    const TypeInfo* lines = type_at(fields.linetable);
    return name && file && lines && name->is_text() && file->is_text() && lines->is_bytes();
}

CodeInfo CodeObjects::read_code(Address address, const Report& report) {
    CodeInfo info;
    info.address = address;
    const auto& fields = remote_.layout.code_object;
    const std::uint32_t size = fields.co_code_adaptive ? *fields.co_code_adaptive : fields.size.value_or(176);
    const auto code = RemoteStruct::read(remote_.memory, address, size, "PyCodeObject");
    if (!code) {
        info.absent = code.error().code == ErrorCode::Absent;
        report(code.error());
        return info;
    }
    info.is_code = check_type(*code, report);
    if (!info.is_code) return info;
    read_names(*code, info, report);
    read_byte_code(*code, info, report);
    read_lines(*code, info, report);
    return info;
}

bool CodeObjects::check_type(const RemoteStruct& code, const Report& report) {
    const auto type = code.pointer(remote_.layout.pyobject.ob_type);
    if (type && types_.is_code_type(*type).value_or(true)) return true;
    if (refers_like_code(code.address())) {
        report({ErrorCode::Corrupt, "the type of " + code_at(code.address()) + " is damaged", code.address()});
        return true;
    }
    report(
        {ErrorCode::Corrupt, "the object at " + to_string(code.address()) + " is not a code object", code.address()});
    return false;
}

std::optional<std::string> CodeObjects::read_name(const RemoteStruct& code, layout::Offset field, const char* what,
                                                  const Report& report) {
    const auto object = code.pointer(field);
    if (!object) return std::nullopt;
    auto text = read_text(remote_, types_, *object);
    if (text) return *std::move(text);
    report(text.error().with_context(fmt::format("cannot read {} of {}", what, code_at(code.address()))));
    return std::nullopt;
}

void CodeObjects::read_names(const RemoteStruct& code, CodeInfo& info, const Report& report) {
    const auto& fields = remote_.layout.code_object;
    info.name = read_name(code, fields.name, "co_name", report);
    info.qualname = read_name(code, fields.qualname, "co_qualname", report);
    info.file = read_name(code, fields.filename, "co_filename", report);
}

// Code begins with one unit for each cell, two beyond 255, and a few more before its RESUME.
std::int64_t CodeObjects::most_units_before_start(const RemoteStruct& code) const {
    constexpr std::int64_t kMoreUnits = 4;
    const auto names = code.pointer(remote_.layout.code_object.localsplusnames);
    if (!names) return std::numeric_limits<std::int64_t>::max();
    const auto count = read_field<std::int64_t>(remote_, *names, remote_.layout.tuple_object.ob_size, "ob_size");
    if (!count || *count < 0 || *count > 0xffff) return std::numeric_limits<std::int64_t>::max();
    return 2 * *count + kMoreUnits;
}

void CodeObjects::read_byte_code(const RemoteStruct& code, CodeInfo& info, const Report& report) {
    const auto& fields = remote_.layout.code_object;
    if (fields.co_code_adaptive) {
        info.first_instruction = code.address() + *fields.co_code_adaptive;
        // PyVarObject.ob_size counts 2-byte units.
        const auto units = code.value<std::int32_t>(remote_.layout.pyobject.size).value_or(0);
        info.size_bytes = std::int64_t{units} * 2;
        info.firsttraceable = code.value<std::int32_t>(fields.firsttraceable).value_or(0);
        // 4 of 3 in the helper code of inlined class calls (_Py_InitCleanup of 3.13): it is never traceable.
        if (info.firsttraceable < 0 ||
            info.firsttraceable > std::min(std::int64_t{units} + 1, most_units_before_start(code))) {
            report({ErrorCode::Corrupt, code_at(code.address()) + " has a damaged _co_firsttraceable", code.address()});
            info.firsttraceable = 0;
        }
        info.thread_local_code = code.pointer(fields.co_tlbc).value_or(Address{});
        return;
    }
    const auto byte_code = code.pointer(fields.co_code);
    if (!byte_code) return;
    const auto size =
        read_field<std::int64_t>(remote_, *byte_code, remote_.layout.bytes_object.ob_size, "the size of co_code");
    const auto type = types_.type_of(*byte_code);
    const bool known = size && (type ? (*type)->is_bytes() : type.error().code == ErrorCode::Absent);
    info.size_bytes = known ? *size : kUnknownSize;
    if (size && !known) {
        report({ErrorCode::Corrupt, "the byte code of " + code_at(code.address()) + " is damaged", *byte_code});
    }
    if (!size) report(size.error().with_context(code_at(code.address())));
}

void CodeObjects::read_lines(const RemoteStruct& code, CodeInfo& info, const Report& report) {
    const auto& fields = remote_.layout.code_object;
    const auto table = code.pointer(fields.linetable);
    const auto first_line = code.value<std::int32_t>(fields.firstlineno);
    if (!table || !first_line) return;
    if (!*table || table->value % sizeof(std::uint64_t) != 0) {
        report({ErrorCode::Corrupt, code_at(code.address()) + " has no line table", code.address()});
        return;
    }
    std::vector<std::byte> storage;
    const std::size_t max_size = std::min(kMaxLineTable, remote_.budget.line_table_bytes);
    const auto bytes = read_bytes_object(remote_, *table, max_size, storage);
    if (!bytes) {
        report(bytes.error().with_context("cannot read the line table of " + code_at(code.address())));
        return;
    }
    remote_.budget.line_table_bytes -= bytes->size();
    LineTable lines = LineTable::parse(remote_.traits.line_table, *bytes, *first_line);
    if (!describes(lines, info.size_bytes)) {
        report({ErrorCode::Corrupt,
                fmt::format("the line table of {} is one for {} bytes of code, not {}; its lines are left out",
                            code_at(code.address()), *lines.code_bytes(), info.size_bytes),
                *table});
        return;
    }
    info.lines = std::move(lines);
}

}  // namespace pycore
