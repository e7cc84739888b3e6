// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <cstdio>

#include "base/parse_number.h"
#include "manual.h"
#include "output.h"
#include "report/escape.h"

namespace pycore {
namespace {

namespace po = boost::program_options;

using Values = std::map<std::string, std::vector<std::string>>;

std::string long_name(const ToolOption& option) { return std::string(option.name.substr(0, option.name.find(','))); }

std::vector<std::string_view> choices_of(std::string_view argument) {
    std::vector<std::string_view> choices;
    while (argument.find('|') != std::string_view::npos) {
        const std::size_t bar = argument.find('|');
        choices.push_back(argument.substr(0, bar));
        argument.remove_prefix(bar + 1);
    }
    if (!choices.empty()) choices.push_back(argument);
    return choices;
}

po::options_description describe_options(const std::vector<ToolOption>& options) {
    po::options_description description;
    for (const ToolOption& option : options) {
        const std::string name(option.name);
        if (option.argument.empty()) {
            description.add_options()(name.c_str(), "");
        } else {
            description.add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
        }
    }
    description.add_options()("target", po::value<std::vector<std::string>>(), "");
    return description;
}

// Throws po::error; the caller is run_tool.
Values parse_options(const std::vector<ToolOption>& options, const std::vector<std::string>& arguments) {
    const po::options_description description = describe_options(options);
    po::positional_options_description positional;
    positional.add("target", -1);
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::variables_map map;
    po::store(po::command_line_parser(arguments).options(description).positional(positional).style(style).run(), map);
    Values values;
    for (const auto& [name, value] : map) {
        const auto* given = boost::any_cast<std::vector<std::string>>(&value.value());
        values[name] = given ? *given : std::vector<std::string>{};
    }
    return values;
}

// Boost puts the words of an option into its message in the place of tokens ("%original_token%"), and
// never ends where such a word holds a token itself: so it is asked about words without a "%".
std::string why_not_parsed(const std::vector<ToolOption>& options, std::vector<std::string> arguments) {
    constexpr char kStandsForPercent = '\x01';
    for (std::string& word : arguments) std::replace(word.begin(), word.end(), '%', kStandsForPercent);
    std::string message = "these arguments cannot be read";
    try {
        parse_options(options, arguments);
    } catch (const po::error& error) {
        message = error.what();
    }
    std::replace(message.begin(), message.end(), kStandsForPercent, '%');
    return message;
}

// The smallest number that an option takes, if it takes numbers.
std::optional<std::int64_t> smallest_number(const ToolOption& option) {
    if (option.argument == "MS") return 0;
    constexpr std::array kPositive = {"N", "PID", "SECONDS", "TID"};
    const bool positive = std::find(kPositive.begin(), kPositive.end(), option.argument) != kPositive.end();
    return positive ? std::optional<std::int64_t>(1) : std::nullopt;
}

std::optional<std::string> check_value(const ToolOption& option, const std::string& value) {
    const auto choices = choices_of(option.argument);
    if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
        return fmt::format("--{} takes one of {}, not '{}'", long_name(option), fmt::join(choices, ", "), value);
    }
    const auto smallest = smallest_number(option);
    if (smallest && parse_number(value).value_or(-1) < *smallest) {
        return fmt::format("--{} takes a number, not '{}'", long_name(option), value);
    }
    return std::nullopt;
}

// Puts the default of every choice in, and says what is wrong with a value.
std::optional<std::string> check_values(const std::vector<ToolOption>& options, Values& values) {
    for (const ToolOption& option : options) {
        const std::string name = long_name(option);
        const auto choices = choices_of(option.argument);
        if (!choices.empty() && !values.contains(name)) values[name] = {std::string(choices.front())};
        if (!values.contains(name)) continue;
        const auto& given = values[name];
        if (given.size() > 1 && !option.repeatable) return fmt::format("--{} is given more than once", name);
        for (const std::string& value : given) {
            if (auto wrong = check_value(option, value)) return wrong;
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_targets(Targets wanted, const Values& values) {
    const auto target = values.find("target");
    const std::size_t given = target == values.end() ? 0 : target->second.size();
    if (values.contains("pid")) {
        return given == 0 ? std::nullopt : std::optional<std::string>("a target and --pid exclude each other");
    }
    const bool needs_one = wanted == Targets::One || wanted == Targets::Many;
    if (given == 0 && needs_one) return "which core? give its path, as in 'core.1234'";
    const bool takes_one = wanted == Targets::One || wanted == Targets::AtMostOne;
    if (given > 1 && takes_one) return fmt::format("one target at a time, but there are {}", given);
    return std::nullopt;
}

std::string first_target(const Values& values) {
    for (const char* name : {"pid", "target"}) {
        const auto found = values.find(name);
        if (found != values.end() && !found->second.empty()) return found->second.front();
    }
    return {};
}

ExitStatus usage_error(const Tool& tool, std::string_view message) {
    print_error(tool.name, fmt::format("{}; 'pycore help {}' shows how", message, tool.name));
    return ExitStatus::Usage;
}

}  // namespace

const std::vector<ToolOption>& common_options() {
    static const std::vector<ToolOption> options = {
        {"format", "text|json", "Text for people, or one JSON document whose schema is in `docs/schema/`."},
        {"color", "auto|always|never",
         "Colour the text. `auto` does on a terminal, unless `NO_COLOR` is set; `FORCE_COLOR` makes it `always`."},
        {"sysroot", "DIR", "Look for files that the core names below `DIR` first."},
        {"debug-dir", "DIR", "Look for separate debug files in `DIR`, too.", true},
        {"executable", "FILE", "The program's file, if it is not where the core says."},
        {"debuginfod", "", "Ask the servers of `DEBUGINFOD_URLS` for debug files. Off unless given."},
        {"output,o", "FILE", "Write to `FILE`, which appears under its name only when it is whole."},
        {"no-sandbox", "", "Do not give up rights before reading; `pycore help` says under Sandbox which ones."},
        {"pid", "PID", "The process with this id instead of a core."},
        {"verbose,v", "", "Print all notes about the run on stderr."},
        {"help,h", "", "Print this manual."},
    };
    return options;
}

std::vector<ToolOption> options_of(const Tool& tool) {
    std::vector<ToolOption> options = tool.options;
    for (const ToolOption& common : common_options()) {
        const auto same = [&](const ToolOption& own) { return long_name(own) == long_name(common); };
        if (std::none_of(tool.options.begin(), tool.options.end(), same)) options.push_back(common);
    }
    return options;
}

std::string Invocation::value(const std::string& option) const {
    const auto found = values_.find(option);
    return found == values_.end() || found->second.empty() ? std::string() : found->second.back();
}

std::vector<std::string> Invocation::values(const std::string& option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::int64_t> Invocation::number(const std::string& option) const { return parse_number(value(option)); }

ReadOptions Invocation::read_options(ReadDepth depth) const {
    ReadOptions options;
    options.depth = depth;
    options.search.sysroot = value("sysroot");
    options.search.debug_dirs = values("debug-dir");
    options.search.executable = value("executable");
    options.search.use_debuginfod = has("debuginfod");
    return options;
}

void print_error(std::string_view tool, std::string_view message) {
    const std::string shown = escape(message);
    const std::string line =
        tool.empty() ? fmt::format("pycore: {}\n", shown) : fmt::format("pycore {}: {}\n", tool, shown);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

ExitStatus run_tool(const Tool& tool, const std::vector<std::string>& arguments) {
    const std::vector<ToolOption> options = options_of(tool);
    Values values;
    try {
        values = parse_options(options, arguments);
    } catch (const po::error&) {
        return usage_error(tool, why_not_parsed(options, arguments));
    }
    if (values.contains("help")) {
        return write_stdout(render_manual_for_terminal(tool)) ? ExitStatus::Complete : ExitStatus::NoAnswer;
    }
    if (const auto wrong = check_values(options, values)) return usage_error(tool, *wrong);
    if (const auto wrong = check_targets(tool.targets, values)) return usage_error(tool, *wrong);
    std::string target = first_target(values);
    return tool.run(tool, Invocation(tool.name, std::move(target), std::move(values)));
}

}  // namespace pycore
