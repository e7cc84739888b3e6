// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The manual of a tool: the prose of its NAME.md with its options put in, for a terminal or as a man
// page. Both come from the same text, so that help and man page cannot differ.
//
// The markup is a small part of Markdown: `#` and `##` headings, paragraphs, `- ` lists, code indented
// by four blanks, and `words` in a line. A line {{options}}, {{exit status}} or {{tools}} stands for what it says.

#include <string>

#include "tool.h"

namespace pycore {

std::string render_manual_for_terminal(const Tool& tool);
std::string render_manual_as_roff(const Tool& tool);  // man(7)

// `pycore help` and pycore(1).
std::string render_overview_for_terminal();
std::string render_overview_as_roff();

}  // namespace pycore
