// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Unwinder walks the C stacks of a ProcessSnapshot by call-frame information. It reads registers and
// memory through the snapshot and opens no file itself: modules come opened and verified. It knows
// nothing of Python but the addresses that it may go on from.

#include <memory>
#include <span>

#include "base/diagnostics.h"
#include "process/process_snapshot.h"
#include "state/native_frame.h"

namespace pycore {

class Unwinder {
public:
    explicit Unwinder(const ProcessSnapshot& process);
    ~Unwinder();
    Unwinder(Unwinder&&) noexcept;

    // `anchors`: ascending addresses on this thread's stack that lie inside evaluation-loop frames;
    // where CFI ends, the walk goes on at the next one (CFA = anchor + a constant that is learned
    // from the frames that unwound).
    NativeStack unwind(const Thread& thread, std::span<const Address> anchors = {});

    static constexpr std::size_t kMaxFrames = 200'000;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace pycore
