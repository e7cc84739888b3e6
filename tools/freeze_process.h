// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Freezing one process, by itself or as one of many: read it, make a snapshot of it, keep the file.

#include <functional>
#include <string>

#include "process/snapshot_manifest.h"
#include "state/freeze_result.h"
#include "tool.h"

namespace pycore {

struct FreezeOrder {
    std::int64_t pid = 0;
    std::optional<RankPlace> place;  // nullopt: what its environment says
    bool compress = true;
    // Keeps the bytes and returns the path under which they lie.
    std::function<Result<std::string>(const SnapshotManifest& manifest, std::string_view bytes)> keep;
};

// How to read and stop it, by the options of `pycore freeze`.
struct FreezeSettings {
    ReadOptions read;
    CaptureOptions capture;
};
const std::vector<ToolOption>& freeze_options();
FreezeSettings freeze_settings(const Invocation& invocation);

FreezeResult freeze_process(const FreezeOrder& order, const FreezeSettings& settings);

}  // namespace pycore
