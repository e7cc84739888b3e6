// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/remote_struct.h"

#include <fmt/format.h>

namespace pycore {

Result<RemoteStruct> RemoteStruct::read(const MemoryImage& memory, Address address, std::size_t size,
                                        const char* name) {
    RemoteStruct result;
    result.address_ = address;
    result.bytes_ = memory.view(address, size);
    if (result.bytes_.size() == size) return result;
    result.copy_.resize(size);
    if (auto done = memory.read(address, result.copy_); !done) {
        return std::move(done).error().with_context(
            fmt::format("cannot read {} at {} ({} bytes)", name, to_string(address), size));
    }
    result.bytes_ = result.copy_;
    return result;
}

Result<Address> read_pointer_field(const Remote& remote, Address structure, layout::Offset offset, const char* name) {
    const auto word = read_field<std::uint64_t>(remote, structure, offset, name);
    if (!word) return word.error();
    return Address{*word};
}

}  // namespace pycore
