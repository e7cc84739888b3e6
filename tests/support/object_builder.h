// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ObjectBuilder lays out Python objects in memory by any RuntimeLayout, so that one test runs for every
// version of CPython. Blocks lie apart from each other: a read past the end of one fails.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layout/layout_tables.h"
#include "layout/object_layout.h"
#include "layout/versions.h"
#include "memory/buffer_memory.h"
#include "support/python_versions.h"

namespace pycore::test {

class ObjectBuilder {
public:
    // The version must have a committed table; micro -1 takes the newest.
    explicit ObjectBuilder(const Build& build);

    const layout::PythonVersion& version() const { return version_; }
    bool free_threaded() const { return free_threaded_; }
    const layout::VersionTraits& traits() const { return traits_; }
    layout::RuntimeLayout& layout() { return layout_; }
    const layout::RuntimeLayout& layout() const { return layout_; }

    Address allocate(std::size_t size, std::size_t before = 0);  // zero-filled; `before`: bytes in front of it
    Address allocate_on_stack(std::size_t size);                 // each below the last
    void put_bytes(Address address, std::span<const std::byte> bytes);
    void get_bytes(Address address, std::span<std::byte> out) const;
    template <typename T>
    void put(Address address, T value) {
        put_bytes(address, std::as_bytes(std::span(&value, 1)));
    }
    // Bytes from `address` to the end of its block.
    std::size_t room_at(Address address) const;
    template <typename T>
    T get(Address address) const {
        T value;
        get_bytes(address, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    // Does nothing where the version has no such field.
    template <typename T>
    void set(Address structure, layout::Offset offset, T value) {
        if (offset) put(structure + *offset, value);
    }

    Address type(const std::string& name);  // "str", "code", ...: made when first asked for
    Address none();
    Address text(std::u32string_view characters);
    Address text(std::string_view ascii);
    Address bytes(std::span<const std::byte> content);
    Address integer(std::uint64_t value);
    Address real(double value);
    Address list(const std::vector<Address>& items);
    Address tuple(const std::vector<Address>& items);
    Address set_of(const std::vector<Address>& items);
    Address cell(Address content);
    using Items = std::vector<std::pair<Address, Address>>;
    Address dict(const Items& items);
    // Of a Python class: attributes where this version keeps them, with split keys.
    Address instance(const std::vector<std::pair<std::string, Address>>& attributes);
    Address module(Address names);

    // A copy of everything laid out so far.
    std::shared_ptr<BufferMemory> memory() const;

protected:
    Address object(const std::string& type_name, std::size_t size);

private:
    std::size_t basic_size_of(const std::string& type_name) const;
    Address key_table(const Items& items, bool split);
    Address values(const std::vector<std::pair<std::string, Address>>& attributes, Address at);

    layout::PythonVersion version_;
    bool free_threaded_;
    layout::VersionTraits traits_;
    layout::RuntimeLayout layout_;
    std::map<Address, std::vector<std::byte>> blocks_;
    Address heap_{0x555500000000};
    Address stack_{0x7ffd00000000};
    std::map<std::string, Address> types_;
};

}  // namespace pycore::test
