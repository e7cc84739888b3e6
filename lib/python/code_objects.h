// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// CodeObjects reads PyCodeObjects, each once however many frames run it: names, file and line table.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/diagnostics.h"
#include "python/line_table.h"
#include "python/type_objects.h"

namespace pycore {

struct CodeInfo {
    Address address;
    bool is_code = false;  // false: the object is something else, or cannot be read
    bool absent = false;   // the dump left its bytes out, so that nobody can say what it is
    std::optional<std::string> name;
    std::optional<std::string> qualname;
    std::optional<std::string> file;
    Address first_instruction;        // co_code_adaptive, 3.11+
    std::int64_t size_bytes = 0;      // of the byte code
    std::int64_t firsttraceable = 0;  // units before it do not count as run (3.11+)
    Address thread_local_code;        // co_tlbc (free-threaded 3.14+), null without
    std::optional<LineTable> lines;
};

class CodeObjects {
public:
    CodeObjects(const Remote& remote, TypeObjects& types) : remote_(remote), types_(types) {}

    // Never null. What cannot be read is told to `report`, once a code object.
    const CodeInfo& read(Address code, const std::function<void(const Error&)>& report);

    // Whether a code object stands there, beyond doubt; without a word to anybody.
    bool is_certain(Address code);
    // Whether None stands there, which the frames that CPython makes for itself run.
    bool is_none(Address object);

private:
    using Report = std::function<void(const Error&)>;

    CodeInfo read_code(Address code, const Report& report);
    bool check_type(const RemoteStruct& code, const Report& report);
    bool refers_like_code(Address code) const;
    bool has_code_type(Address code);
    void read_names(const RemoteStruct& code, CodeInfo& info, const Report& report);
    std::int64_t most_units_before_start(const RemoteStruct& code) const;
    void read_byte_code(const RemoteStruct& code, CodeInfo& info, const Report& report);
    void read_lines(const RemoteStruct& code, CodeInfo& info, const Report& report);
    std::optional<std::string> read_name(const RemoteStruct& code, layout::Offset field, const char* what,
                                         const Report& report);

    const Remote& remote_;
    TypeObjects& types_;
    std::unordered_map<Address, std::unique_ptr<CodeInfo>> codes_;
};

}  // namespace pycore
