// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "facade/read_snapshot.h"

#include "analysis/conclude.h"
#include "archive/file_bundle.h"
#include "facade/attach_native.h"
#include "facade/attach_python.h"
#include "facade/describe_process.h"
#include "native/cxx_exception.h"
#include "native/fatal_call.h"
#include "process/snapshot_manifest.h"
#include "state/merged_frames.h"

namespace pycore {
namespace {

// Of the files that the Python frames name, those that the bundle has.
void take_sources(const ProcessSnapshot& process, ProcessState& state) {
    constexpr std::uint64_t kMaxTotal = 256 << 20;  // bytes
    std::uint64_t total = 0;
    for_each_python_frame(state, [&](const PythonFrame& frame) {
        if (!frame.file || state.sources.contains(*frame.file)) return;
        const auto text = process.bundle->find(member_of_path(*frame.file));
        if (!text || text->size() > kMaxTotal - total) return;
        total += text->size();
        state.sources.emplace(*frame.file, std::string(reinterpret_cast<const char*>(text->data()), text->size()));
    });
}

// What a process that aborted died of.
void read_last_words(const ProcessSnapshot& process, const ReadOptions& options, ProcessState& state) {
    const Thread* crashed = process.crashed_tid ? process.find_thread(*process.crashed_tid) : nullptr;
    if (crashed == nullptr || !state.process.signal || state.process.signal->name != "SIGABRT") return;
    for (const ThreadState& thread : state.threads) {
        if (thread.tid == crashed->tid) state.fatal_error = read_fatal_error(process, thread.native.frames);
    }
    const bool redacted = process.manifest && process.manifest->redacted;
    state.exception = read_cxx_exception(process, *crashed, options.exception_text && !redacted);
}

}  // namespace

ProcessState read_snapshot(const ProcessSnapshot& process, ReadOptions options, Diagnostics& diagnostics) {
    options.search.bundle = process.bundle;
    ProcessState state;
    describe_process(process, state);
    list_threads(process, state);
    if (options.depth >= ReadDepth::Python) {
        if (auto done = attach_python(process, options, state, diagnostics); !done) diagnostics.warn(done.error());
    }
    if (options.depth == ReadDepth::Stacks && options.native) {
        attach_native(process, options, state, diagnostics);
        read_last_words(process, options, state);
    }
    find_first_signal(process, state);
    conclude(state);
    if (process.bundle) take_sources(process, state);
    return state;
}

}  // namespace pycore
