// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/parse_number.h"
#include "query.h"

namespace pycore {
namespace {

NativeView native_view(const Invocation& invocation) {
    const std::string view = invocation.value("native");
    if (view == "all") return NativeView::All;
    return view == "none" ? NativeView::None : NativeView::Auto;
}

std::vector<std::int64_t> wanted_threads(const Invocation& invocation) {
    std::vector<std::int64_t> tids;
    for (const std::string& text : invocation.values("thread")) tids.push_back(parse_number(text).value_or(0));
    return tids;
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    Query query;
    query.write_text = write_stacks_text;
    query.write_json = write_stacks_json;
    query.group = !invocation.has("no-group");
    query.selection = {native_view(invocation), invocation.has("plumbing"), wanted_threads(invocation),
                       invocation.has("locals")};
    ReadOptions read = invocation.read_options(tool.needs);
    read.native_lines = invocation.value("native-lines") == "auto";
    read.import_names = invocation.value("format") == "json";
    read.native = query.selection.native != NativeView::None;
    if (query.selection.locals) read.locals = LocalsDepth::Values;
    return run_query(invocation, read, query);
}

}  // namespace

Tool stacks_tool() {
    return {
        "stacks",
        "merged Python and native stacks of every thread",
        ReadDepth::Stacks,
        {{"native", "auto|all|none",
          "Native frames: `auto` leaves out the machinery of the interpreter, except where a thread crashed; "
          "`all` shows every one; `none` shows Python alone and reads no C stack."},
         {"native-lines", "auto|never",
          "Files, lines and inlined calls of native frames, where debug information is to be had; `never` is "
          "for names only, and faster."},
         {"plumbing", "", "Show what `--native=auto` leaves out, marked as plumbing."},
         {"locals", "",
          "Show the variables of each Python frame and what they held: arguments first, then the others. Values are "
          "cut after 32 items, 256 characters and two levels of containers."},
         {"thread", "TID", "Only this thread.", true},
         {"no-group", "", "Print every thread by itself, also those with equal stacks (text only)."}},
        run};
}

}  // namespace pycore
