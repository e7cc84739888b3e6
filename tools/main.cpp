// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// pycore: one executable, a subcommand for each question. Finds the tool and hands over.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <numeric>

#include "base/mapped_file_guard.h"
#include "manual.h"
#include "output.h"
#include "report/escape.h"
#include "tool.h"

namespace pycore {
namespace {

using Arguments = std::vector<std::string>;

const Tool* find_tool(std::string_view name) {
    const auto& tools = all_tools();
    const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
    return found == tools.end() ? nullptr : &*found;
}

// Insertions, deletions and replacements between two words (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

// The tool that a mistyped word is nearest to, if it is near.
const Tool* find_similar_tool(std::string_view word) {
    if (word.size() > 20) return nullptr;
    const auto& tools = all_tools();
    const auto nearest = std::min_element(tools.begin(), tools.end(), [&](const Tool& a, const Tool& b) {
        return edit_distance(word, a.name) < edit_distance(word, b.name);
    });
    return nearest != tools.end() && edit_distance(word, nearest->name) <= 2 ? &*nearest : nullptr;
}

ExitStatus print(std::string_view text) { return write_stdout(text) ? ExitStatus::Complete : ExitStatus::NoAnswer; }

ExitStatus unknown_command(const std::string& word) {
    const std::string shown = escape(word);
    struct stat status {};
    if (::stat(word.c_str(), &status) == 0) {
        print_error("", fmt::format("{0} is a file, not a command; did you mean 'pycore stacks {0}'?", shown));
    } else if (const Tool* tool = find_similar_tool(word)) {
        print_error("", fmt::format("no command '{}'; did you mean 'pycore {}'?", shown, tool->name));
    } else {
        print_error("", fmt::format("no command '{}'; 'pycore help' lists them", shown));
    }
    return ExitStatus::Usage;
}

// pycore help [--man] [CMD]
ExitStatus help(Arguments arguments) {
    const bool man = std::erase(arguments, "--man") > 0;
    if (arguments.empty()) return print(man ? render_overview_as_roff() : render_overview_for_terminal());
    const Tool* tool = find_tool(arguments.front());
    if (!tool) return unknown_command(arguments.front());
    return print(man ? render_manual_as_roff(*tool) : render_manual_for_terminal(*tool));
}

ExitStatus dispatch(Arguments arguments) {
    if (arguments.empty()) {
        print_error("", "which question? 'pycore help' lists them; 'pycore stacks CORE' is the usual one");
        return ExitStatus::Usage;
    }
    const std::string command = arguments.front();
    arguments.erase(arguments.begin());
    if (command == "help" || command == "--help" || command == "-h") return help(std::move(arguments));
    if (command == "--version") return print(fmt::format("pycore {}\n", version()));
    if (const Tool* tool = find_tool(command)) return run_tool(*tool, arguments);
    return unknown_command(command);
}

}  // namespace
}  // namespace pycore

int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that went away shows as EPIPE
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes shows as EFBIG
    pycore::install_mapped_file_guard();
    try {
        return static_cast<int>(pycore::dispatch({words + 1, words + count}));
    } catch (const std::exception& error) {
        pycore::print_error("", error.what());
        return static_cast<int>(pycore::ExitStatus::NoAnswer);
    }
}
