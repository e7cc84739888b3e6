// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/trace_scope.h"

#include "support/catch.h"

using namespace pycore;

TEST_CASE("where only root may read processes nobody is sent to `pycore run`, which may not either", "[process]") {
    CHECK_FALSE(refusal_of(TraceScope::Everyone, false));
    CHECK(refusal_of(TraceScope::Parents, false)->find("pycore run -- COMMAND") != std::string::npos);
    CHECK(refusal_of(TraceScope::Root, false)->find("pycore run --") == std::string::npos);
    for (const TraceScope scope : {TraceScope::Everyone, TraceScope::Parents, TraceScope::Root}) {
        CHECK_FALSE(refusal_of(scope, true));
    }
    CHECK(refusal_of(TraceScope::Nobody, true));
    CHECK(refusal_of(TraceScope::Nobody, false));
}
