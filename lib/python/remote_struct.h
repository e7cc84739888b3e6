// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// RemoteStruct is one structure of the dead process, read at once, with typed fields by layout
// offsets. A field that the layout does not know, or that lies past what was read, is nullopt.
// Remote is what every reader of python/ needs: the memory and how to read it.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "layout/runtime_layout.h"
#include "layout/versions.h"
#include "memory/memory_image.h"
#include "python/read_budget.h"

namespace pycore {

struct Remote {
    const MemoryImage& memory;
    const layout::RuntimeLayout& layout;
    const layout::VersionTraits& traits;
    ReadBudget& budget;
};

class RemoteStruct {
public:
    // `name` is for the error: "PyThreadState at 0x... (272 bytes)".
    static Result<RemoteStruct> read(const MemoryImage& memory, Address address, std::size_t size, const char* name);

    RemoteStruct(RemoteStruct&&) = default;
    RemoteStruct& operator=(RemoteStruct&&) = default;

    Address address() const { return address_; }
    std::span<const std::byte> bytes() const { return bytes_; }

    template <typename T>
    std::optional<T> value(layout::Offset offset) const {
        static_assert(std::is_trivially_copyable_v<T>);
        if (!offset || *offset > bytes_.size() || bytes_.size() - *offset < sizeof(T)) return std::nullopt;
        T result;
        std::memcpy(&result, bytes_.data() + *offset, sizeof(T));
        return result;
    }

    std::optional<Address> pointer(layout::Offset offset) const {
        const auto word = value<std::uint64_t>(offset);
        return word ? std::optional(Address{*word}) : std::nullopt;
    }

private:
    RemoteStruct() = default;

    Address address_;
    std::vector<std::byte> copy_;  // empty if the image could be viewed in place
    std::span<const std::byte> bytes_;
};

// One field of a structure too large to read whole (PyInterpreterState is 380 KB in 3.12).
template <typename T>
Result<T> read_field(const Remote& remote, Address structure, layout::Offset offset, const char* name) {
    if (!offset) return Error{ErrorCode::Unsupported, std::string("the layout of this Python lacks ") + name, {}};
    auto value = read_value<T>(remote.memory, structure + *offset);
    if (!value) return std::move(value).error().with_context(std::string("cannot read ") + name);
    return value;
}

Result<Address> read_pointer_field(const Remote& remote, Address structure, layout::Offset offset, const char* name);

}  // namespace pycore
