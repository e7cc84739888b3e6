// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Writes every JSON document of the hand-made states into a folder, for check_schemas.py:
//     write_samples FOLDER

#include <cstdio>
#include <fstream>
#include <utility>

#include "report/json_writer.h"
#include "support/state_builder.h"

using namespace pycore;

namespace {

using Writer = std::string (*)(const ProcessState&, const JsonOptions&);

void write_all(const std::string& folder, const std::string& name, const ProcessState& state) {
    const std::pair<const char*, Writer> writers[] = {{"stacks", write_stacks_json},
                                                      {"threads", write_threads_json},
                                                      {"gil", write_gil_json},
                                                      {"info", write_info_json},
                                                      {"modules", write_modules_json}};
    const JsonOptions options{"0.1.0", {NativeView::All, false, {}, true}};
    for (const auto& [report, write] : writers) {
        std::ofstream(folder + "/" + name + "." + report + ".json") << write(state, options);
    }
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("write_samples FOLDER\n", stderr);
        return 2;
    }
    ProcessState with_locals = test::crashed_process();
    with_locals.threads[1].stack.frames[0].python->locals = {
        {"n", LocalVariable::Kind::Argument, "int", "42", Address{0x7f00}},
        {"gone", LocalVariable::Kind::Cell, std::nullopt, std::nullopt, std::nullopt}};
    write_all(words[1], "crashed", with_locals);
    write_all(words[1], "healthy", test::python_process());
    write_all(words[1], "bare", test::bare_process());
    return 0;
}
