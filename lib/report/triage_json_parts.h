// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The parts that the JSON documents of a triage share: members or values, written where the caller stands.

#include "report/json_stream.h"
#include "state/triage.h"

namespace pycore {

void write_tokens(JsonStream& json, const std::vector<StackToken>& tokens);                        // value
void write_threads(JsonStream& json, const std::vector<ThreadState>& threads, JsonLayout layout);  // value

}  // namespace pycore
