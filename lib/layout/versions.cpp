// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/versions.h"

#include <array>

namespace pycore::layout {
namespace {

constexpr VersionTraits kPython38 = {
    .minor = 8,
    .frame_chain = FrameChain::FrameObjects,
    .last_instruction = LastInstruction::ByteOffset,
    .line_table = LineTableFormat::Lnotab,
    .gil_home = GilHome::Runtime,
    .gc_home = GcHome::Runtime,
    .attach_rule = AttachRule::CurrentThread,
    .holds_gil_flag = HoldsGilFlag::None,
    .managed_attributes = ManagedAttributes::None,
    .integer_form = IntegerForm::SignedSize,
    .dict_keys_form = DictKeysForm::IndexByDkSize,
};

constexpr VersionTraits python39() {
    VersionTraits traits = kPython38;
    traits.minor = 9;
    traits.gc_home = GcHome::Interpreter;
    return traits;
}

constexpr VersionTraits python310() {
    VersionTraits traits = python39();
    traits.minor = 10;
    traits.frame_chain = FrameChain::FrameObjectsAndCFrames;
    traits.last_instruction = LastInstruction::UnitIndex;
    traits.line_table = LineTableFormat::LineDeltas;
    traits.runtime_section = true;
    return traits;
}

constexpr VersionTraits python311() {
    VersionTraits traits = python310();
    traits.minor = 11;
    traits.frame_chain = FrameChain::CFrameEntries;
    traits.last_instruction = LastInstruction::CodePointer;
    traits.line_table = LineTableFormat::LocationTable;
    traits.managed_attributes = ManagedAttributes::ValuesAndDict;
    traits.dict_keys_form = DictKeysForm::Log2;
    traits.main_interpreter_is_embedded = true;
    return traits;
}

constexpr VersionTraits python312() {
    VersionTraits traits = python311();
    traits.minor = 12;
    traits.frame_chain = FrameChain::CFrameShims;
    traits.gil_home = GilHome::Interpreter;
    traits.attach_rule = AttachRule::ActiveBit;
    traits.holds_gil_flag = HoldsGilFlag::ActiveBit;
    traits.managed_attributes = ManagedAttributes::TaggedWord;
    traits.integer_form = IntegerForm::Tag;
    return traits;
}

constexpr VersionTraits python313() {
    VersionTraits traits = python312();
    traits.minor = 13;
    traits.frame_chain = FrameChain::Shims;
    traits.attach_rule = AttachRule::State;
    traits.holds_gil_flag = HoldsGilFlag::StatusBit;
    traits.managed_attributes = ManagedAttributes::InlineAtFixed;
    traits.self_describing = true;
    return traits;
}

constexpr VersionTraits python314() {
    VersionTraits traits = python313();
    traits.minor = 14;
    traits.holds_gil_flag = HoldsGilFlag::Field;
    traits.managed_attributes = ManagedAttributes::InlineAtBaseSize;
    traits.tagged_references = true;
    return traits;
}

constexpr VersionTraits python315() {
    VersionTraits traits = python314();
    traits.minor = 15;
    return traits;
}

constexpr std::array kTraits = {kPython38,   python39(),  python310(), python311(),
                                python312(), python313(), python314(), python315()};
static_assert(kTraits.front().minor == kOldestMinor && kTraits.back().minor == kNewestMinor);

// Without a GIL there is no header of the garbage collector in front of objects.
constexpr VersionTraits free_threaded(VersionTraits traits) {
    traits.managed_dict_distance = 8;
    return traits;
}

// `interned` is a byte of its own since 3.14t, because it is written atomically.
constexpr VersionTraits with_interned_byte(VersionTraits traits) {
    traits.text_kind_bit = 8;
    return traits;
}

constexpr std::array kFreeThreadedTraits = {free_threaded(python313()), with_interned_byte(free_threaded(python314())),
                                            with_interned_byte(free_threaded(python315()))};

}  // namespace

const VersionTraits* find_traits(const PythonVersion& version, bool without_gil) {
    if (version.major != 3) return nullptr;
    using Rows = std::span<const VersionTraits>;
    for (const VersionTraits& traits : without_gil ? Rows(kFreeThreadedTraits) : Rows(kTraits)) {
        if (traits.minor == version.minor) return &traits;
    }
    return nullptr;
}

std::span<const VersionTraits> all_traits() { return kTraits; }

}  // namespace pycore::layout
