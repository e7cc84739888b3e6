// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Freezing many processes into one folder: a file each, and an index beside them.

#include "freeze_process.h"
#include "job/freeze_targets.h"

namespace pycore {

struct FreezeFolder {
    std::string path;
    std::string index = "index.json";
};

Result<void> make_folder(const std::string& folder);

// The folder's index with `document` added, whose files are named relative to the folder. An index that is not ours
// is left as it is, and a new one gets a number. Returns the name of the index.
Result<std::string> add_to_index(const FreezeFolder& folder, FreezeDocument document);

// What is to be done with one target of many: a document with one result, or with one that is skipped. File names
// are relative to the folder.
FreezeDocument freeze_one_of_many(const FreezeTarget& target, const FreezeSettings& settings,
                                  const std::string& folder);

// Makes the folder, freezes all targets, each in a child process, writes the index, and answers on stdout.
ExitStatus freeze_many(const Invocation& invocation, const FreezeSelection& selection, const FreezeFolder& folder);

// The answer about what was frozen into `folder`; the exit status says whether it was all of it.
ExitStatus answer_many(const Invocation& invocation, const FreezeDocument& document, const FreezeFolder& folder);

}  // namespace pycore
