// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdio>

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

bool is_process_id(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
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
            if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
                return fmt::format("--{} takes one of {}, not '{}'", name, fmt::join(choices, ", "), value);
            }
            const bool number = option.argument == "TID" || option.argument == "PID";
            if (number && !is_process_id(value)) return fmt::format("--{} takes a number, not '{}'", name, value);
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_target(const Values& values) {
    const auto target = values.find("target");
    const std::size_t targets = target == values.end() ? 0 : target->second.size();
    if (values.contains("pid")) {
        return targets == 0 ? std::nullopt : std::optional<std::string>("a target and --pid exclude each other");
    }
    if (targets == 0) return "which core? give its path, as in 'core.1234'";
    if (targets > 1) return fmt::format("one target at a time, but there are {}", targets);
    return std::nullopt;
}

ExitStatus usage_error(const Tool& tool, std::string_view message) {
    print_error(tool.name, fmt::format("{}; 'pycore help {}' shows how", message, tool.name));
    return ExitStatus::Usage;
}

std::vector<ToolOption> all_options(const Tool& tool) {
    std::vector<ToolOption> options = tool.options;
    options.insert(options.end(), common_options().begin(), common_options().end());
    return options;
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

std::string Invocation::value(const std::string& option) const {
    const auto found = values_.find(option);
    return found == values_.end() || found->second.empty() ? std::string() : found->second.back();
}

std::vector<std::string> Invocation::values(const std::string& option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

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
    const std::vector<ToolOption> options = all_options(tool);
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
    if (const auto wrong = check_target(values)) return usage_error(tool, *wrong);
    std::string target = values.contains("pid") ? values["pid"].front() : values["target"].front();
    return tool.run(tool, Invocation(tool.name, std::move(target), std::move(values)));
}

}  // namespace pycore
