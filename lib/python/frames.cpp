// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/frames.h"

#include "python/frame_objects.h"
#include "python/interpreter_frames.h"

namespace pycore {

FrameStack read_frames(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                       const std::function<void(const Error&)>& report) {
    switch (remote.traits.frame_chain) {
        case layout::FrameChain::FrameObjects:
        case layout::FrameChain::FrameObjectsAndCFrames: return read_frame_objects(remote, codes, thread_state, report);
        case layout::FrameChain::CFrameEntries:
        case layout::FrameChain::CFrameShims:
        case layout::FrameChain::Shims: return read_interpreter_frames(remote, codes, thread_state, report);
    }
    return {};
}

}  // namespace pycore
