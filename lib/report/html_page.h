// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The frame of every HTML report: one file that asks nothing of any network, dark and light as the reader has
// it, readable without JavaScript. A table of class "sortable" sorts by a click on a heading (a cell's data-key,
// else its text; data-numeric in the heading compares numbers), and an `<input class="search" data-for="ID">`
// hides the rows (tbody elements) of the table ID that do not hold all of its words. Elements of class
// "needs-script" are shown only where scripts run; `data-open-all="ID"` and `data-close-all="ID"` make a button
// of all <details> of an element.

#include <string>
#include <string_view>

namespace pycore {

// Text out of a dump, as it may stand in an element or an attribute value in double quotes. Control and
// bidirectional characters are told as in report/escape.
void append_html(std::string& out, std::string_view text);
std::string html_text(std::string_view text);

struct HtmlPage {
    std::string title;   // plain text
    std::string body;    // markup, whatever is not ours in it escaped
    std::string style;   // CSS of its own, behind the common one
    std::string script;  // JavaScript of its own, behind the common one; constant, so that no dump is in it
};

std::string render_html_page(const HtmlPage& page);

}  // namespace pycore
