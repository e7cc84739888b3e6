// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ObjectClasses answers how an object is to be read and what its class is called. A class counts only if it
// is a type by the flags of its own type; what a damaged word leads to is an Error.

#include <memory>
#include <string>
#include <unordered_map>

#include "layout/object_layout.h"
#include "python/type_objects.h"

namespace pycore {

enum class ObjectKind {
    Other,  // no more is known than its class
    Singleton,
    Bool,
    Int,
    Float,
    Complex,
    Text,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    Type,
    Module,
    Function,
    Method,
    BuiltinFunction,
    Code,
    Generator,
    Exception,
    Range,
    Slice,
    Cell,
};

struct ObjectClass {
    ObjectKind kind = ObjectKind::Other;
    bool exact = true;                // false: of a subclass of the kind's own type
    std::optional<std::string> name;  // "int", "collections.deque", "__main__.Worker"; nullopt: cannot be read
    std::string short_name() const;   // "Worker"
};

class ObjectClasses {
public:
    ObjectClasses(const Remote& remote, TypeObjects& types)
        : remote_(remote), types_(types), fields_(layout::object_layout(remote.layout, remote.traits)) {}

    Result<const ObjectClass*> class_of(Address object);
    // Of the instances of `type`.
    Result<const ObjectClass*> class_at(Address type);
    const layout::ObjectLayout& fields() const { return fields_; }

private:
    Result<ObjectClass> read_class(Address type);
    Result<ObjectClass> classify(const TypeInfo& type);
    Result<void> find_kind(const TypeInfo& type, ObjectClass& found);
    bool same_in_base(const TypeInfo& type, bool (TypeInfo::*is_kind)() const);
    const TypeInfo* base_of(const TypeInfo& type);
    std::optional<std::string> read_type_name(Address type) const;
    std::optional<std::string> read_heap_name(Address type);
    std::optional<std::string> read_module_name(Address type);

    const Remote& remote_;
    TypeObjects& types_;
    layout::ObjectLayout fields_;
    std::unordered_map<Address, std::unique_ptr<Result<ObjectClass>>> classes_;
};

}  // namespace pycore
