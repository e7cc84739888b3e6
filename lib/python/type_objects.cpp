// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/type_objects.h"

#include <algorithm>

namespace pycore {

constexpr std::uint32_t kUsualHeader = 16;  // bytes of an object without content

Result<const TypeInfo*> TypeObjects::type_of(Address object) {
    const auto type = read_pointer_field(remote_, object, remote_.layout.pyobject.ob_type, "ob_type");
    if (!type) return type.error();
    return find_type(*type);
}

Result<const TypeInfo*> TypeObjects::find_type(Address type) {
    auto found = types_.find(type);
    if (found == types_.end()) found = types_.emplace(type, read_type(type)).first;
    if (!found->second) return found->second.error();
    return &*found->second;
}

Result<TypeInfo> TypeObjects::read_type(Address type) const {
    const auto& fields = remote_.layout.type_object;
    const std::size_t size = std::max({fields.tp_name.value_or(0), fields.tp_flags.value_or(0),
                                       fields.tp_basicsize.value_or(0), fields.tp_dictoffset.value_or(0)}) +
                             8;
    const auto object = RemoteStruct::read(remote_.memory, type, size, "PyTypeObject");
    if (!object) return object.error();
    TypeInfo info{type,
                  object->value<std::uint64_t>(fields.tp_flags).value_or(0),
                  object->value<std::int64_t>(fields.tp_basicsize).value_or(0),
                  object->value<std::int64_t>(fields.tp_dictoffset).value_or(0),
                  false,
                  false,
                  {}};
    info.named_text = info.basic_size == remote_.layout.unicode_object.size && is_named(*object, "str");
    // None's type says that it has a header, or nothing.
    const std::int64_t header = remote_.layout.pyobject.size.value_or(kUsualHeader);
    info.named_none = info.basic_size <= header && !info.is_heap_type() && is_named(*object, "NoneType");
    if (info.is_heap_type()) {
        const auto keys =
            read_pointer_field(remote_, type, remote_.layout.heap_type_object.ht_cached_keys, "ht_cached_keys");
        if (keys) info.cached_keys = *keys;
    }
    return info;
}

bool TypeObjects::is_named(const RemoteStruct& type, std::string_view wanted) const {
    const auto name = type.pointer(remote_.layout.type_object.tp_name);
    if (!name) return false;
    const auto text = read_c_string(remote_.memory, *name, 16);
    return text ? *text == wanted : text.error().code == ErrorCode::Absent;
}

std::optional<bool> TypeObjects::is_code_type(Address type) {
    const auto found = code_types_.find(type);
    if (found != code_types_.end()) return found->second;
    const auto answer = looks_like_code_type(type);
    code_types_.emplace(type, answer);
    return answer;
}

// No flag marks PyCode_Type: it is a static type whose instances have the size of PyCodeObject, and
// its name, where .rodata is to be had, is "code".
std::optional<bool> TypeObjects::looks_like_code_type(Address type) {
    const auto info = find_type(type);
    if (!info) return info.error().code == ErrorCode::Absent ? std::nullopt : std::optional(false);
    const auto& code = remote_.layout.code_object;
    const auto size = code.co_code_adaptive ? code.co_code_adaptive : code.size;
    if ((*info)->is_heap_type() || (size && (*info)->basic_size != *size)) return false;
    const auto name = read_pointer_field(remote_, type, remote_.layout.type_object.tp_name, "tp_name");
    if (!name) return true;
    const auto text = read_c_string(remote_.memory, *name, 16);
    return !text || *text == "code";
}

}  // namespace pycore
