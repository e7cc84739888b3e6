// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Freezing one process, by itself or as one of many: read it, make a snapshot of it, keep the file.

#include <functional>
#include <string>

#include "output.h"
#include "process/snapshot_manifest.h"
#include "state/freeze_result.h"
#include "tool.h"

namespace pycore {

struct FreezeOrder {
    std::int64_t pid = 0;
    std::optional<RankPlace> place;  // nullopt: what its environment says
    bool compress = true;
    // Keeps what is made and returns the path under which it lies.
    std::function<Result<NewFile>(const SnapshotManifest& manifest, const FileContent& content)> keep;
};

// How to read and stop it, by the options of `pycore freeze`.
struct FreezeSettings {
    ReadOptions read;
    CaptureOptions capture;
    bool redact = false;
    bool bundle = false;   // with the files that reading it needs
    bool sources = false;  // and the Python sources on the stacks
    bool verbose = false;
    std::string suffix() const { return bundle ? ".tar.zst" : ".core.zst"; }
};
const std::vector<ToolOption>& freeze_options();
FreezeSettings freeze_settings(const Invocation& invocation);

FreezeResult freeze_process(const FreezeOrder& order, const FreezeSettings& settings);

}  // namespace pycore
