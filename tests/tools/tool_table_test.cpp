// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Every tool of the table can be called and is explained.
#include <set>

#include "manual.h"
#include "support/catch.h"
#include "tool.h"

using namespace pycore;

TEST_CASE("every tool has a page, a summary and a function", "[tools]") {
    CHECK(all_tools().size() >= 5);
    for (const Tool& tool : all_tools()) {
        INFO(tool.name);
        CHECK(tool.run != nullptr);
        CHECK_FALSE(tool.summary.empty());
        CHECK(manual_text(tool.name).find("## Examples") != std::string_view::npos);
    }
}

TEST_CASE("help and man page name every option that the parser takes", "[tools]") {
    for (const Tool& tool : all_tools()) {
        const std::string help = render_manual_for_terminal(tool);
        std::set<std::string> names;
        for (const ToolOption& option : options_of(tool)) {
            const std::string name(option.name.substr(0, option.name.find(',')));
            INFO(tool.name << " --" << name);
            CHECK(names.insert(name).second);
            CHECK(help.find("--" + name) != std::string::npos);
        }
        CHECK(help.find("{{") == std::string::npos);
        CHECK(render_manual_as_roff(tool).find("{{") == std::string::npos);
    }
}
