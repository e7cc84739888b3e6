// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// A command line: u8 which tool; the rest is its words, each ended by a NUL. The tool itself only asks for
// every value and reads nothing.
#include <string>

#include "fuzz/choices.h"
#include "tool.h"

namespace pycore::fuzz {
namespace {

ExitStatus ask_for_everything(const Tool& tool, const Invocation& invocation) {
    for (const ToolOption& option : options_of(tool)) {
        const std::string name(option.name.substr(0, option.name.find(',')));
        invocation.has(name);
        invocation.value(name);
        invocation.values(name);
        invocation.number(name);
    }
    invocation.targets();
    invocation.read_options(tool.needs);
    return ExitStatus::Complete;
}

std::vector<std::string> words_of(Bytes bytes) {
    std::vector<std::string> words(1);
    for (const std::byte byte : bytes) {
        if (byte == std::byte{0}) {
            words.emplace_back();
        } else {
            words.back() += static_cast<char>(byte);
        }
    }
    words.pop_back();
    return words;
}

}  // namespace

void fuzz_arguments(Bytes input) {
    Choices choices(input);
    Tool tool = all_tools()[choices.number<std::uint8_t>() % all_tools().size()];
    tool.run = ask_for_everything;
    run_tool(tool, words_of(choices.rest()));
}

}  // namespace pycore::fuzz
