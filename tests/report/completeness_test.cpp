// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/completeness.h"

#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

TEST_CASE("an answer is complete if nothing was lost; notes lose nothing", "[report]") {
    ProcessState state = python_process();
    CHECK(completeness_of(state, Subject::Python) == Completeness::Complete);
    state.diagnostics.push_back({Severity::Note, "not_found", "no debug file", {}, {}});
    CHECK(completeness_of(state, Subject::Python) == Completeness::Complete);
    state.diagnostics.push_back({Severity::Warning, "absent", "a page", {}, {}});
    CHECK(completeness_of(state, Subject::Python) == Completeness::Partial);
}

TEST_CASE("without Python, native stacks are a partial answer about Python", "[report]") {
    ProcessState state = bare_process();
    CHECK(completeness_of(state, Subject::Python) == Completeness::NativeOnly);
    CHECK(completeness_of(state, Subject::Process) == Completeness::Complete);
    state.threads.clear();
    CHECK(completeness_of(state, Subject::Python) == Completeness::None);
}
