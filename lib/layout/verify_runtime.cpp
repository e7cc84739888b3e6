// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/verify_runtime.h"

namespace pycore::layout {
namespace {

std::optional<Address> follow(const MemoryImage& memory, Address structure, Offset offset) {
    if (!offset) return std::nullopt;
    const auto pointer = read_address(memory, structure + *offset);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

// sys.__dict__: its type must be as large as a dict, and a dict by its flags.
Verdict verify_dict(const MemoryImage& memory, const RuntimeLayout& layout, Address dict) {
    constexpr unsigned kDictSubclass = 29;  // Py_TPFLAGS_DICT_SUBCLASS
    const auto type = follow(memory, dict, layout.pyobject.ob_type);
    if (!type || !layout.type_object.tp_flags) return Verdict::Inconclusive;
    const auto flags = read_value<std::uint64_t>(memory, *type + *layout.type_object.tp_flags);
    if (!flags) return Verdict::Inconclusive;
    if ((*flags >> kDictSubclass & 1) == 0) return Verdict::Contradicted;
    const auto size = follow(memory, *type, layout.type_object.tp_basicsize);
    const bool fits = !size || !layout.dict_object.size || size->value == *layout.dict_object.size;
    return fits ? Verdict::Fits : Verdict::Contradicted;
}

}  // namespace

Verdict verify_runtime(const MemoryImage& memory, Address runtime, const RuntimeLayout& layout) {
    const auto interpreter = follow(memory, runtime, layout.runtime_state.interpreters_head);
    if (!interpreter || !*interpreter) return Verdict::Inconclusive;
    const auto owner = follow(memory, *interpreter, layout.interpreter_state.runtime);
    if (owner && *owner != runtime) return Verdict::Contradicted;
    const auto thread = follow(memory, *interpreter, layout.interpreter_state.threads_head);
    if (thread && *thread) {
        const auto home = follow(memory, *thread, layout.thread_state.interp);
        if (!home) return Verdict::Inconclusive;
        if (*home != *interpreter) return Verdict::Contradicted;
    }
    const auto sysdict = follow(memory, *interpreter, layout.interpreter_state.sysdict);
    if (!sysdict || !*sysdict) return Verdict::Inconclusive;
    return verify_dict(memory, layout, *sysdict);
}

}  // namespace pycore::layout
