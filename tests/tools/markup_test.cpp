// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "markup.h"

#include <algorithm>

#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::string_view kPage = R"(# pycore-x - does `x`

## Options
- `--name=FILE`: The file,
  if any.
- a plain item

A paragraph
goes on.

    code --here

    .dot
)";

}  // namespace

TEST_CASE("a manual is readable on a terminal", "[tools]") {
    CHECK(markup_to_terminal(kPage) == R"(pycore-x - does x

Options:
  --name=FILE             The file, if any.
  - a plain item

  A paragraph goes on.

    code --here

    .dot
)");
}

TEST_CASE("a manual is a man page without surprises for roff", "[tools]") {
    CHECK(markup_to_roff(kPage, "1.0") == R"(.TH PYCORE-X 1 "" "pycore 1.0" "pycore manual"
.SH NAME
pycore\-x \- does \fBx\fR
.SH OPTIONS
.TP
\fB\-\-name=FILE\fR
The file, if any.
.IP \(bu 2
a plain item
.PP
A paragraph goes on.
.PP
.RS 4
.nf
code \-\-here

\&.dot
.fi
.RE
)");
}

TEST_CASE("long paragraphs are wrapped", "[tools]") {
    std::string page = "# a - b\n\n";
    for (int i = 0; i < 60; ++i) page += "word ";
    std::size_t longest = 0;
    std::size_t begin = 0;
    const std::string text = markup_to_terminal(page);
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    CHECK(longest <= 88);
    CHECK(longest > 80);
}
