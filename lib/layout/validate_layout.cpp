// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/validate_layout.h"

#include <map>

namespace pycore::layout {
namespace {

// sizeof(_PyRuntimeState) is 460 KB in 3.12; everything else is smaller.
constexpr std::uint32_t kMaxStructureSize = 16U << 20;

std::string name_of(const FieldInfo& info) { return std::string(info.group) + "." + std::string(info.field); }

std::map<std::string_view, std::uint32_t> structure_sizes(const RuntimeLayout& layout) {
    std::map<std::string_view, std::uint32_t> sizes;
    for_each_field(layout, [&](const FieldInfo& info, const Offset& offset) {
        if (offset && info.field == "size") sizes[info.group] = *offset;
    });
    return sizes;
}

// Sizes of other structures, and offsets that are counted from another place.
bool lies_elsewhere(const FieldInfo& info) {
    return info.group == "debugger_support" || info.field.ends_with("_size") ||
           info.field == "gil_runtime_state_enabled";
}

Result<void> check_bounds(const RuntimeLayout& layout) {
    const auto sizes = structure_sizes(layout);
    Result<void> verdict;
    for_each_field(layout, [&](const FieldInfo& info, const Offset& offset) {
        if (!offset || !verdict) return;
        const auto size = sizes.find(info.group);
        const bool bounded = size != sizes.end() && info.field != "size" && !lies_elsewhere(info);
        // A flexible array begins where the structure ends.
        if (*offset > (bounded ? size->second : kMaxStructureSize)) {
            verdict = Error{ErrorCode::Corrupt,
                            "the layout of this Python is damaged: offset " + std::to_string(*offset) + " of " +
                                name_of(info) + " lies outside of its structure",
                            {}};
        }
    });
    return verdict;
}

struct Requirement {
    const char* name;
    const Offset& offset;
};

Result<void> require(std::initializer_list<Requirement> requirements) {
    for (const Requirement& requirement : requirements) {
        if (requirement.offset) continue;
        return Error{ErrorCode::Unsupported, std::string("the layout of this Python lacks ") + requirement.name, {}};
    }
    return {};
}

Result<void> check_frame_fields(const RuntimeLayout& layout, const VersionTraits& traits) {
    const auto& thread = layout.thread_state;
    switch (traits.frame_chain) {
        case FrameChain::FrameObjectsAndCFrames:
        case FrameChain::FrameObjects:
            return require({{"thread_state.frame", thread.frame},
                            {"frame_object.f_back", layout.frame_object.f_back},
                            {"frame_object.f_code", layout.frame_object.f_code},
                            {"frame_object.f_lasti", layout.frame_object.f_lasti}});
        case FrameChain::CFrameEntries:
        case FrameChain::CFrameShims:
            if (auto done = require(
                    {{"thread_state.cframe", thread.cframe}, {"cframe.current_frame", layout.cframe.current_frame}});
                !done) {
                return done;
            }
            break;
        case FrameChain::Shims:
            if (auto done = require({{"thread_state.current_frame", thread.current_frame}}); !done) return done;
            break;
    }
    return require({{"interpreter_frame.previous", layout.interpreter_frame.previous},
                    {"interpreter_frame.executable", layout.interpreter_frame.executable},
                    {"interpreter_frame.instr_ptr", layout.interpreter_frame.instr_ptr},
                    {"interpreter_frame.owner", layout.interpreter_frame.owner},
                    {"code_object.co_code_adaptive", layout.code_object.co_code_adaptive}});
}

}  // namespace

Result<void> validate_layout(const RuntimeLayout& layout, const VersionTraits& traits) {
    if (auto done = check_bounds(layout); !done) return done;
    if (auto done = require({{"runtime_state.interpreters_head", layout.runtime_state.interpreters_head},
                             {"interpreter_state.next", layout.interpreter_state.next},
                             {"interpreter_state.threads_head", layout.interpreter_state.threads_head},
                             {"thread_state.next", layout.thread_state.next},
                             {"thread_state.interp", layout.thread_state.interp},
                             {"thread_state.thread_id", layout.thread_state.thread_id},
                             {"code_object.filename", layout.code_object.filename},
                             {"code_object.name", layout.code_object.name},
                             {"code_object.linetable", layout.code_object.linetable},
                             {"code_object.firstlineno", layout.code_object.firstlineno},
                             {"pyobject.ob_type", layout.pyobject.ob_type},
                             {"pyobject.size", layout.pyobject.size},
                             {"type_object.tp_flags", layout.type_object.tp_flags},
                             {"bytes_object.ob_sval", layout.bytes_object.ob_sval},
                             {"unicode_object.state", layout.unicode_object.state},
                             {"unicode_object.length", layout.unicode_object.length},
                             {"unicode_object.asciiobject_size", layout.unicode_object.asciiobject_size}});
        !done) {
        return done;
    }
    return check_frame_fields(layout, traits);
}

}  // namespace pycore::layout
