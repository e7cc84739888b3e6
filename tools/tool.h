// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A Tool answers one question: `pycore NAME TARGET`. It is a row of a table - its name, how far it needs
// to read, its options and a function - and a page of prose, NAME.md. The options are described here
// once; the parser, `--help` and the man page are made from them.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pycore.h"

namespace pycore {

// The exit status of every command.
enum class ExitStatus {
    Complete = 0,
    NoAnswer = 1,  // the input cannot be read, or holds no Python and the question needs it
    Usage = 2,
    Partial = 3,  // an answer was printed; the diagnostics say what is missing
    Found = 4,    // what the command was told to look for is there
};

// How many words besides the options a tool takes.
enum class Targets {
    One,        // a core, or with --pid a process
    AtMostOne,  // the same, or none
    Many,       // one or more
    Any,        // none or more; what stands behind "--" is not looked into
};

struct ToolOption {
    std::string_view name;  // "native", or "verbose,v" with its short form
    // "" for a switch; the choices "auto|all|none", of which the first is the default; "MS" for a number,
    // "N", "PID" or "TID" for a positive one; else a word that says what is meant: "DIR", "FILE".
    std::string_view argument;
    std::string_view help;  // sentences in the markup of manual.h
    bool repeatable = false;
};

// A command line, parsed and checked: every choice is one of its option's choices.
class Invocation {
public:
    Invocation(std::string_view tool, std::string target, std::map<std::string, std::vector<std::string>> values)
        : tool_(tool), target_(std::move(target)), values_(std::move(values)) {}

    std::string_view tool() const { return tool_; }
    // The first target, or "".
    const std::string& target() const { return target_; }
    // All words that are no options.
    std::vector<std::string> targets() const { return values("target"); }
    bool has(const std::string& option) const { return values_.contains(option); }
    // The last value given, the default of a choice, or "".
    std::string value(const std::string& option) const;
    std::vector<std::string> values(const std::string& option) const;
    // The last number given.
    std::optional<std::int64_t> number(const std::string& option) const;

    // What the common options say about reading.
    ReadOptions read_options(ReadDepth depth) const;

private:
    std::string tool_;
    std::string target_;
    std::map<std::string, std::vector<std::string>> values_;
};

struct Tool {
    std::string_view name;
    std::string_view summary;  // after "pycore NAME - "
    ReadDepth needs = ReadDepth::Stacks;
    // Its own; the common ones come by themselves. One of the same name takes the place of a common one.
    std::vector<ToolOption> options;
    ExitStatus (*run)(const Tool& tool, const Invocation& invocation) = nullptr;
    Targets targets = Targets::One;
};

// Options that every query has.
const std::vector<ToolOption>& common_options();
// Its own options, and the common ones that it has none of its own for.
std::vector<ToolOption> options_of(const Tool& tool);

// Parses the arguments behind `pycore NAME` and runs the tool; --help prints its manual.
ExitStatus run_tool(const Tool& tool, const std::vector<std::string>& arguments);

// "pycore stacks: message" on stderr, escaped.
void print_error(std::string_view tool, std::string_view message);

// Every tool of this build, in the order of tools/CMakeLists.txt, and its NAME.md.
const std::vector<Tool>& all_tools();
std::string_view manual_text(std::string_view tool);

}  // namespace pycore
