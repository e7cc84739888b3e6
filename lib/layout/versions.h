// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// VersionTraits says what the bytes mean in one minor version of CPython, where versions differ: one
// row per version in versions.cpp. Outside layout/ nobody compares version numbers; they switch over
// these enumerators.

#include <span>

#include "layout/python_version.h"

namespace pycore::layout {

// Where a thread state keeps its frames, and what anchors them on the C stack.
enum class FrameChain {
    FrameObjects,            // TS.frame -> PyFrameObject; one native activation each (<= 3.9)
    FrameObjectsAndCFrames,  // the same, and one _PyCFrame per activation beside it (3.10)
    CFrameEntries,           // _PyCFrame.current_frame; an activation ends at is_entry (3.11)
    CFrameShims,             // _PyCFrame.current_frame; an activation ends at a shim frame (3.12)
    Shims,                   // TS.current_frame; an activation ends at a shim frame (3.13+)
};

// How the position in the code is kept.
enum class LastInstruction {
    ByteOffset,   // f_lasti in bytes, -1 before the first instruction (<= 3.9)
    UnitIndex,    // f_lasti in 2-byte units (3.10)
    CodePointer,  // a pointer into co_code_adaptive (3.11+)
};

enum class LineTableFormat {
    Lnotab,         // co_lnotab: pairs of unsigned address and signed line deltas (<= 3.9)
    LineDeltas,     // co_linetable of PEP 626 (3.10)
    LocationTable,  // co_linetable with columns, PEP 657 (3.11+)
};

enum class GilHome {
    Runtime,      // one, inside _PyRuntime (<= 3.11)
    Interpreter,  // each interpreter points to the one that it uses (3.12+)
};

// How a thread state says that it is attached (holds or may use the interpreter).
enum class AttachRule {
    CurrentThread,  // _PyRuntime.gilstate.tstate_current is it (<= 3.11)
    ActiveBit,      // _status.active (3.12)
    State,          // TS.state (3.13+)
};

enum class HoldsGilFlag {
    None,       // <= 3.11
    ActiveBit,  // _status.active, bit 4 (3.12)
    StatusBit,  // _status.holds_gil, bit 5 (3.13)
    Field,      // TS.holds_gil (3.14+)
};

enum class GcHome { Runtime, Interpreter };

// Where instances keep attributes that are not in a dict found by tp_dictoffset.
enum class ManagedAttributes {
    None,              // <= 3.10
    ValuesAndDict,     // values at -32, dict at -24 (3.11)
    TaggedWord,        // one word at -24: bit 0 set means values (3.12)
    InlineAtFixed,     // dict at -24, else values right behind the object header (3.13)
    InlineAtBaseSize,  // dict at -24, else values at tp_basicsize (3.14+)
};

enum class IntegerForm { SignedSize, Tag };  // ob_size with a sign, or lv_tag (3.12+)

enum class DictKeysForm { IndexByDkSize, Log2 };  // dk_size (<= 3.10), or dk_log2_size and dk_kind (3.11+)

struct VersionTraits {
    int minor = 0;
    FrameChain frame_chain = FrameChain::Shims;
    LastInstruction last_instruction = LastInstruction::CodePointer;
    LineTableFormat line_table = LineTableFormat::LocationTable;
    GilHome gil_home = GilHome::Interpreter;
    GcHome gc_home = GcHome::Interpreter;
    AttachRule attach_rule = AttachRule::State;
    HoldsGilFlag holds_gil_flag = HoldsGilFlag::Field;
    ManagedAttributes managed_attributes = ManagedAttributes::InlineAtBaseSize;
    IntegerForm integer_form = IntegerForm::Tag;
    DictKeysForm dict_keys_form = DictKeysForm::Log2;
    bool tagged_references = false;             // low two bits of references in frames are tags (3.14+)
    bool self_describing = false;               // _PyRuntime begins with _Py_DebugOffsets (3.13+)
    bool runtime_section = false;               // _PyRuntime has the section .PyRuntime (3.10+)
    bool main_interpreter_is_embedded = false;  // in _PyRuntime (3.11+)
    unsigned managed_dict_distance = 24;        // from the slot of the dict to the object (3.11+)
    int text_kind_bit = 2;                      // of PyASCIIObject.state: first of three, then `compact`, then `ascii`
};

// The oldest and newest minor versions of CPython 3 that have a row.
inline constexpr int kOldestMinor = 8;
inline constexpr int kNewestMinor = 15;
inline constexpr int kOldestSelfDescribingMinor = 13;  // the first with _Py_DebugOffsets

// nullptr: this build does not read that version.
const VersionTraits* find_traits(const PythonVersion& version, bool free_threaded);
// Of GIL builds, oldest first.
std::span<const VersionTraits> all_traits();

}  // namespace pycore::layout
