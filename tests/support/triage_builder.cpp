// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/triage_builder.h"

#include <fmt/format.h>

#include <cstdint>

namespace pycore::test {
namespace {

// FNV-1a: good enough to tell test stacks apart.
std::string digest(const std::string& text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return fmt::format("{:016x}", hash);
}

}  // namespace

StackItem stack_of(std::string reason, std::vector<std::string> frames) {
    StackItem stack;
    std::string all = reason;
    std::string site = reason;
    bool native = false;
    bool python = false;
    for (std::string& text : frames) {
        StackToken token{text, text.find(':') != std::string::npos, false};
        bool& seen = token.python ? python : native;
        token.site = !seen;
        seen = true;
        if (token.site) site += "\n" + text;
        all += "\n" + text;
        stack.tokens.push_back(std::move(token));
    }
    stack.key = digest("2" + all);
    stack.L0 = stack.L1 = digest("1" + site);
    stack.L3 = digest("3" + all);
    stack.title = reason + (frames.empty() ? "" : " in " + frames.front());
    stack.reason = std::move(reason);
    stack.confidence = "high";
    return stack;
}

TriagePart input_with(std::string path, StackItem stack) {
    TriageInput input;
    input.path = path;
    input.status = InputStatus::Read;
    input.stack = stack.key;
    stack.sample = std::move(path);
    return {{std::move(input)}, {std::move(stack)}};
}

TriagePart unreadable_input(std::string path, std::string reason) {
    TriageInput input;
    input.path = std::move(path);
    input.reason = std::move(reason);
    return {{std::move(input)}, {}};
}

StackItem made_up_stack(std::size_t bug, std::size_t variant) {
    std::vector<std::string> frames = {
        fmt::format("ext{}!fail_{}", bug % 7, bug), fmt::format("ext{}!step_{}", bug % 7, bug % 50),
        fmt::format("app.work{}:run_{}", bug % 20, bug), fmt::format("app.work{}:loop", bug % 20)};
    frames.push_back(fmt::format("app.variant:v{}", variant));
    for (std::size_t i = 0; i < 12; ++i) frames.push_back(fmt::format("app.outer{}:f{}", (bug + i) % 40, i));
    frames.emplace_back("__main__:<module>");
    return stack_of("SIGSEGV null", std::move(frames));
}

}  // namespace pycore::test
