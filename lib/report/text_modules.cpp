// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/escape.h"
#include "report/text_table.h"
#include "report/text_writer.h"

namespace pycore {
namespace {

// The file that was found is worth a column only where it is not the recorded one.
std::string found_cell(const ModuleInfo& module) {
    if (!module.found) return {};
    return *module.found == module.path ? "same" : escape(*module.found);
}

}  // namespace

std::string write_modules_text(const ProcessState& state, const TextOptions&) {
    TextTable table;
    table.add_row({"BASE", "MATCH", "BUILD-ID", "PATH", "FOUND"});
    for (const ModuleInfo& module : state.modules) {
        table.add_row({to_string(module.base), escape(module.match), module.build_id ? escape(*module.build_id) : "",
                       escape(module.path), found_cell(module)});
    }
    return table.render();
}

}  // namespace pycore
