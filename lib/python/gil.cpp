// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/gil.h"

namespace pycore {
namespace {

Result<Address> find_gil(const Remote& remote, const layout::Runtime& runtime, Address interpreter) {
    if (remote.traits.gil_home == layout::GilHome::Interpreter) {
        return read_pointer_field(remote, interpreter, remote.layout.interpreter_state.ceval_gil,
                                  "PyInterpreterState.ceval.gil");
    }
    const auto offset = remote.layout.runtime_state.gil;
    if (!offset) return Error{ErrorCode::Unsupported, "the layout of this Python lacks runtime_state.gil", {}};
    return runtime.address + *offset;
}

// _gil_runtime_state.locked: -1 before the GIL is created, 0 free, 1 held.
GilStatus status_of(std::int32_t locked) {
    switch (locked) {
        case -1: return GilStatus::NotCreated;
        case 0: return GilStatus::Free;
        case 1: return GilStatus::Held;
        default: return GilStatus::Unknown;
    }
}

}  // namespace

Result<GilState> read_gil(const Remote& remote, const layout::Runtime& runtime, Address interpreter) {
    GilState state;
    const auto address = find_gil(remote, runtime, interpreter);
    if (!address) return address.error();
    if (!*address) {
        state.status = GilStatus::NotCreated;
        return state;
    }
    const auto& fields = remote.layout.gil;
    const auto gil = RemoteStruct::read(remote.memory, *address, fields.size.value_or(208), "_gil_runtime_state");
    if (!gil) return gil.error();
    state.range = AddressRange{*address, *address + fields.size.value_or(208)};
    state.last_holder = gil->pointer(fields.last_holder);
    if (state.last_holder == Address{}) state.last_holder.reset();
    const auto locked = gil->value<std::int32_t>(fields.locked);
    if (locked) state.status = status_of(*locked);
    if (runtime.free_threaded) {
        // `enabled` is the first field of free-threaded builds (Include/internal/pycore_gil.h).
        state.enabled = gil->value<std::int32_t>(0).value_or(0) != 0;
        if (!*state.enabled) state.status = GilStatus::Disabled;
    }
    return state;
}

}  // namespace pycore
