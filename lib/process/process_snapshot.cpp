// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/process_snapshot.h"

#include <algorithm>
#include <iterator>

namespace pycore {

const Module* ProcessSnapshot::find_module(Address address) const {
    auto after = std::upper_bound(modules.begin(), modules.end(), address,
                                  [](Address a, const Module& module) { return a < module.range.begin; });
    if (after == modules.begin()) return nullptr;
    const Module& candidate = *std::prev(after);
    return candidate.range.contains(address) ? &candidate : nullptr;
}

const Thread* ProcessSnapshot::find_thread(std::int64_t tid) const {
    const auto found =
        std::find_if(threads.begin(), threads.end(), [&](const Thread& thread) { return thread.tid == tid; });
    return found == threads.end() ? nullptr : &*found;
}

}  // namespace pycore
