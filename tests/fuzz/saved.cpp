// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Documents that were saved and come back: stacks, parts of a merge, indexes of freeze. The text as it is.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "analysis/conclude_job.h"
#include "analysis/job_tree_builder.h"
#include "fuzz/choices.h"
#include "report/freeze_reader.h"
#include "report/job_part.h"
#include "report/job_writer.h"
#include "report/json_writer.h"
#include "report/stacks_reader.h"

namespace pycore::fuzz {
namespace {

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
}

void read_stacks(std::string_view text) {
    const auto state = StacksReader().read(text);
    if (!state) return;
    const JsonOptions all{"0.1.0", {NativeView::All, false, {}}};
    const std::string once = write_stacks_json(*state, all);
    const auto again = StacksReader().read(once);
    require(again.has_value() && write_stacks_json(*again, all) == once, "saved stacks change when they are read");
}

void read_part(std::string_view text) {
    const auto tree = read_job_part(text);
    if (!tree) return;
    JobTreeBuilder builder;
    builder.add_tree(*tree);
    const JobTree once = std::move(builder).take();
    JobTreeBuilder again;
    again.add_tree(once);
    require(std::move(again).take() == once, "a merged job changes when it is merged");
    const JobReport report = conclude_job(once, {});
    static_cast<void>(write_job_text(once, report, {}));
    static_cast<void>(write_job_json(once, report, "0.1.0"));
    static_cast<void>(write_job_html(once, report, "0.1.0"));
    static_cast<void>(write_job_dot(once, report));
    static_cast<void>(write_job_folded(once, report));
    static_cast<void>(write_job_speedscope(once, report, "0.1.0"));
}

}  // namespace

void fuzz_saved(Bytes input) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    read_stacks(text);
    read_part(text);
    static_cast<void>(read_freeze_json(text));
}

}  // namespace pycore::fuzz
