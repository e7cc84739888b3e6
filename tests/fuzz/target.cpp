// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "fuzz/target.h"

#include <algorithm>
#include <array>

namespace pycore::fuzz {

void fuzz_archive(Bytes input);
void fuzz_arguments(Bytes input);
void fuzz_core(Bytes input);
void fuzz_core_notes(Bytes input);
void fuzz_debug_offsets(Bytes input);
void fuzz_dwarf(Bytes input);
void fuzz_exception(Bytes input);
void fuzz_line_table(Bytes input);
void fuzz_modules(Bytes input);
void fuzz_objects(Bytes input);
void fuzz_pipeline(Bytes input);
void fuzz_python(Bytes input);
void fuzz_saved(Bytes input);
void fuzz_symbols(Bytes input);
void fuzz_text(Bytes input);
void fuzz_triage_files(Bytes input);
void fuzz_unpack(Bytes input);
void fuzz_unwind(Bytes input);

std::span<const Target> all_targets() {
    static constexpr std::array kTargets = {
        Target{"archive", fuzz_archive},
        Target{"arguments", fuzz_arguments},
        Target{"core", fuzz_core},
        Target{"core_notes", fuzz_core_notes},
        Target{"debug_offsets", fuzz_debug_offsets},
        Target{"dwarf", fuzz_dwarf},
        Target{"exception", fuzz_exception},
        Target{"line_table", fuzz_line_table},
        Target{"modules", fuzz_modules},
        Target{"objects", fuzz_objects},
        Target{"pipeline", fuzz_pipeline},
        Target{"python", fuzz_python},
        Target{"saved", fuzz_saved},
        Target{"symbols", fuzz_symbols},
        Target{"text", fuzz_text},
        Target{"triage_files", fuzz_triage_files},
        Target{"unpack", fuzz_unpack},
        Target{"unwind", fuzz_unwind},
    };
    return kTargets;
}

const Target* find_target(std::string_view name) {
    const auto targets = all_targets();
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const Target& t) { return t.name == name; });
    return found == targets.end() ? nullptr : &*found;
}

}  // namespace pycore::fuzz
