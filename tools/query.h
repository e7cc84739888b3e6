// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A query reads one process, writes one report about it and says on stderr what the report lacks.

#include "report/completeness.h"
#include "report/json_writer.h"
#include "report/text_writer.h"
#include "tool.h"

namespace pycore {

struct Query {
    Subject subject = Subject::Python;
    // Worth printing even if neither Python nor a stack was found.
    bool answers_without_stacks = false;
    StackSelection selection;
    bool group = true;
    std::string (*write_text)(const ProcessState&, const TextOptions&) = nullptr;
    std::string (*write_json)(const ProcessState&, const JsonOptions&) = nullptr;
};

ExitStatus run_query(const Invocation& invocation, const ReadOptions& read, const Query& query);

}  // namespace pycore
