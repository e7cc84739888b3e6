// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/merge_layouts.h"

#include "support/catch.h"

using namespace pycore::layout;

TEST_CASE("fields that a process does not tell come from the table where both agree", "[layout]") {
    RuntimeLayout own;
    own.thread_state.next = 8;
    RuntimeLayout table = own;
    table.thread_state.state = 40;
    CHECK(merge_with_table(own, table).thread_state.state == 40U);
}

TEST_CASE("fields of a group that was laid out anew stay unknown", "[layout]") {
    RuntimeLayout own;
    own.interpreter_state.next = 7264;
    own.interpreter_state.id = 7280;
    RuntimeLayout table;
    table.interpreter_state.next = 7264;
    table.interpreter_state.id = 7272;
    table.interpreter_state.finalizing = 7320;
    const auto merged = merge_with_table(own, table);
    CHECK_FALSE(merged.interpreter_state.finalizing);
    CHECK(merged.interpreter_state.id == 7280U);
}

TEST_CASE("a longer object header moves the fields of all objects", "[layout]") {
    RuntimeLayout own;  // as a free-threaded build tells it
    own.pyobject.size = 32;
    own.code_object.name = 136;
    RuntimeLayout table;
    table.pyobject.size = 16;
    table.code_object.name = 120;
    table.code_object.firsttraceable = 192;
    table.module_object.md_dict = 16;
    const auto merged = merge_with_table(own, table);
    CHECK(merged.code_object.firsttraceable == 208U);
    CHECK(merged.module_object.md_dict == 32U);
}
