// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "manual.h"

#include <fmt/format.h>

#include "markup.h"

namespace pycore {
namespace {

std::string option_item(const ToolOption& option) {
    const std::size_t comma = option.name.find(',');
    std::string form = fmt::format("--{}", option.name.substr(0, comma));
    if (!option.argument.empty()) form += fmt::format("={}", option.argument);
    if (comma != std::string_view::npos) form = fmt::format("-{}, {}", option.name.substr(comma + 1), form);
    return fmt::format("- `{}`: {}{}\n", form, option.help, option.repeatable ? " May be given several times." : "");
}

std::string options_text(const std::vector<ToolOption>& options) {
    std::string text;
    for (const ToolOption& option : options) text += option_item(option);
    return text;
}

constexpr std::string_view kExitStatus =
    "- `0`: the whole answer.\n"
    "- `1`: no answer: the input cannot be read, is no core, or holds no Python and the question needs it.\n"
    "- `2`: wrong usage.\n"
    "- `3`: a partial answer was printed; the messages on stderr and the `diagnostics` of JSON say what is\n"
    "  missing and why.\n";

std::string tools_text() {
    std::string text;
    for (const Tool& tool : all_tools()) text += fmt::format("- `pycore {}`: {}\n", tool.name, tool.summary);
    return text;
}

void replace(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

std::string compose(std::string_view page, const std::vector<ToolOption>& options) {
    std::string text(page);
    replace(text, "{{options}}\n", options_text(options));
    replace(text, "{{exit status}}\n", kExitStatus);
    replace(text, "{{tools}}\n", tools_text());
    return text;
}

std::string compose_manual(const Tool& tool) {
    const std::string title = fmt::format("# pycore-{} - {}\n\n", tool.name, tool.summary);
    return compose(title + std::string(manual_text(tool.name)), options_of(tool));
}

std::string compose_overview() { return compose(manual_text("pycore"), common_options()); }

}  // namespace

std::string render_manual_for_terminal(const Tool& tool) { return markup_to_terminal(compose_manual(tool)); }

std::string render_manual_as_roff(const Tool& tool) { return markup_to_roff(compose_manual(tool), version()); }

std::string render_overview_for_terminal() { return markup_to_terminal(compose_overview()); }

std::string render_overview_as_roff() { return markup_to_roff(compose_overview(), version()); }

}  // namespace pycore
