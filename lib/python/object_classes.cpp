// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/object_classes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "python/dict_object.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxTypeName = 256;  // bytes
constexpr int kMaxBases = 64;

// Kinds that a flag of the type marks, in subclasses as well.
struct FlaggedKind {
    bool (TypeInfo::*is_kind)() const;
    ObjectKind kind;
};
constexpr std::array kFlaggedKinds = {FlaggedKind{&TypeInfo::is_int, ObjectKind::Int},
                                      FlaggedKind{&TypeInfo::is_marked_text, ObjectKind::Text},
                                      FlaggedKind{&TypeInfo::is_bytes, ObjectKind::Bytes},
                                      FlaggedKind{&TypeInfo::is_list, ObjectKind::List},
                                      FlaggedKind{&TypeInfo::is_tuple, ObjectKind::Tuple},
                                      FlaggedKind{&TypeInfo::is_dict, ObjectKind::Dict},
                                      FlaggedKind{&TypeInfo::is_exception, ObjectKind::Exception},
                                      FlaggedKind{&TypeInfo::is_type, ObjectKind::Type}};

// Kinds that only the name of a static type tells.
struct NamedKind {
    std::string_view name;
    ObjectKind kind;
};
constexpr std::array kNamedKinds = {NamedKind{"NoneType", ObjectKind::Singleton},
                                    NamedKind{"ellipsis", ObjectKind::Singleton},
                                    NamedKind{"NotImplementedType", ObjectKind::Singleton},
                                    NamedKind{"float", ObjectKind::Float},
                                    NamedKind{"complex", ObjectKind::Complex},
                                    NamedKind{"bytearray", ObjectKind::ByteArray},
                                    NamedKind{"set", ObjectKind::Set},
                                    NamedKind{"frozenset", ObjectKind::FrozenSet},
                                    NamedKind{"module", ObjectKind::Module},
                                    NamedKind{"function", ObjectKind::Function},
                                    NamedKind{"method", ObjectKind::Method},
                                    NamedKind{"builtin_function_or_method", ObjectKind::BuiltinFunction},
                                    NamedKind{"builtin_method", ObjectKind::BuiltinFunction},
                                    NamedKind{"code", ObjectKind::Code},
                                    NamedKind{"generator", ObjectKind::Generator},
                                    NamedKind{"coroutine", ObjectKind::Generator},
                                    NamedKind{"async_generator", ObjectKind::Generator},
                                    NamedKind{"range", ObjectKind::Range},
                                    NamedKind{"slice", ObjectKind::Slice},
                                    NamedKind{"cell", ObjectKind::Cell}};

ObjectKind kind_named(std::string_view name) {
    const auto found = std::find_if(kNamedKinds.begin(), kNamedKinds.end(),
                                    [&](const NamedKind& named) { return named.name == name; });
    return found == kNamedKinds.end() ? ObjectKind::Other : found->kind;
}

}  // namespace

std::string ObjectClass::short_name() const {
    if (!name) return "?";
    const std::size_t dot = name->rfind('.');
    return dot == std::string::npos ? *name : name->substr(dot + 1);
}

Result<const ObjectClass*> ObjectClasses::class_of(Address object) {
    if (object.value % 8 != 0) return Error{ErrorCode::Corrupt, to_string(object) + " is no object", object};
    const auto type = read_pointer_field(remote_, object, remote_.layout.pyobject.ob_type, "ob_type");
    if (!type) return type.error();
    return class_at(*type);
}

Result<const ObjectClass*> ObjectClasses::class_at(Address type) {
    auto& known = classes_[type];
    if (!known) known = std::make_unique<Result<ObjectClass>>(read_class(type));
    if (!*known) return known->error();
    return &**known;
}

Result<ObjectClass> ObjectClasses::read_class(Address type) {
    if (type.value % 8 != 0) return Error{ErrorCode::Corrupt, to_string(type) + " is no type", type};
    const auto meta = types_.type_of(type);
    if (!meta) return meta.error();
    if (!(*meta)->is_type()) return Error{ErrorCode::Corrupt, to_string(type) + " is no type", type};
    const auto info = types_.find_type(type);
    if (!info) return info.error();
    return classify(**info);
}

Result<ObjectClass> ObjectClasses::classify(const TypeInfo& type) {
    ObjectClass found;
    if (type.is_heap_type()) found.name = read_heap_name(type.address);
    if (!found.name) found.name = read_type_name(type.address);
    if (auto done = find_kind(type, found); !done) return std::move(done).error();
    return found;
}

Result<void> ObjectClasses::find_kind(const TypeInfo& type, ObjectClass& found) {
    for (const FlaggedKind& flagged : kFlaggedKinds) {
        if (!(type.*flagged.is_kind)()) continue;
        found.kind = flagged.kind;
        found.exact = !type.is_heap_type() && !same_in_base(type, flagged.is_kind);
        if (found.kind == ObjectKind::Int && !found.exact && !type.is_heap_type()) found.kind = ObjectKind::Bool;
        return {};
    }
    const TypeInfo* known = &type;
    for (int i = 0; i < kMaxBases && known != nullptr && known->is_heap_type(); ++i) known = base_of(*known);
    const auto name = known != nullptr ? read_type_name(known->address) : std::nullopt;
    if (!name) return {};
    found.kind = kind_named(*name);
    found.exact = known == &type;
    return {};
}

bool ObjectClasses::same_in_base(const TypeInfo& type, bool (TypeInfo::*is_kind)() const) {
    const TypeInfo* base = base_of(type);
    return base != nullptr && (base->*is_kind)();
}

const TypeInfo* ObjectClasses::base_of(const TypeInfo& type) {
    const auto base = read_address(remote_.memory, type.address + fields_.type_base);
    if (!base || !*base || base->value % 8 != 0) return nullptr;
    const auto info = types_.find_type(*base);
    return info ? *info : nullptr;
}

std::optional<std::string> ObjectClasses::read_type_name(Address type) {
    const auto name = read_pointer_field(remote_, type, remote_.layout.type_object.tp_name, "tp_name");
    if (!name) return std::nullopt;
    auto text = read_c_string(remote_.memory, *name, kMaxTypeName);
    if (text && !text->empty()) return *std::move(text);
    return !text && text.error().code == ErrorCode::Absent ? find_builtin_name(type) : std::nullopt;
}

std::optional<std::string> ObjectClasses::find_builtin_name(Address type) {
    for (const Address names : std::exchange(builtins_, {})) name_builtins(names);
    const auto found = builtin_names_.find(type);
    return found == builtin_names_.end() ? std::nullopt : std::optional(found->second);
}

// Of a type with several names (OSError, IOError) the first is its own.
void ObjectClasses::name_builtins(Address names) {
    constexpr std::array kOfSingletons = {std::pair("None", "NoneType"), std::pair("Ellipsis", "ellipsis"),
                                          std::pair("NotImplemented", "NotImplementedType"),
                                          std::pair("len", "builtin_function_or_method")};
    const auto done = for_each_item(remote_, types_, names, [&](Address key, Address value) {
        const auto text = read_short_text(remote_, types_, key, kMaxTypeName);
        const auto of = types_.type_of(value);
        if (!text || !of) return true;
        if ((*of)->is_type()) builtin_names_.emplace(value, *text);
        for (const auto& [singleton, type_name] : kOfSingletons) {
            if (*text == singleton) builtin_names_.emplace((*of)->address, type_name);
        }
        return true;
    });
    static_cast<void>(done);  // what could be read of it is what is known
}

std::optional<std::string> ObjectClasses::read_heap_name(Address type) {
    if (!fields_.type_qualname) return std::nullopt;
    const auto object = read_address(remote_.memory, type + *fields_.type_qualname);
    if (!object) return std::nullopt;
    auto name = read_short_text(remote_, types_, *object, kMaxTypeName);
    if (!name) return std::nullopt;
    const auto module = read_module_name(type);
    return !module || *module == "builtins" ? *std::move(name) : *module + "." + *name;
}

std::optional<std::string> ObjectClasses::read_module_name(Address type) {
    const auto names = read_address(remote_.memory, type + fields_.type_dict);
    if (!names || !*names) return std::nullopt;
    const auto module = find_item(remote_, types_, *names, "__module__");
    if (!module || !*module) return std::nullopt;
    auto text = read_short_text(remote_, types_, **module, kMaxTypeName);
    return text ? std::optional(*std::move(text)) : std::nullopt;
}

}  // namespace pycore
