// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// ThreadReader reads the thread states of an interpreter, with their frames.

#include <unordered_map>
#include <unordered_set>

#include "base/diagnostics.h"
#include "layout/locate_runtime.h"
#include "process/process_snapshot.h"
#include "python/code_objects.h"
#include "python/lost_threads.h"
#include "state/interpreter_state.h"

namespace pycore {

class ThreadReader {
public:
    ThreadReader(const ProcessSnapshot& process, const layout::Runtime& runtime, const Remote& remote,
                 TypeObjects& types, bool with_frames, Diagnostics& diagnostics);

    // Appends the thread states of `interpreter`, newest first. False: the list could not be followed to
    // its end.
    bool read(const InterpreterState& interpreter, std::vector<PythonThread>& threads);
    // Whether the thread that began the runtime runs and has no state among `threads`.
    bool misses_main_thread(const std::vector<PythonThread>& threads) const;
    // Appends one thread state that no list led to.
    void read_lost(const LostThread& lost, std::vector<PythonThread>& threads);
    // Names and locks know a thread by its pthread_self(). Where that of a thread state is no thread's and its other
    // word is, it is damaged; unless that thread has a state already.
    void repair_thread_ids(std::vector<PythonThread>& threads);

private:
    void add(PythonThread thread, std::vector<PythonThread>& threads);
    PythonThread read_thread(std::int64_t interpreter_id, const RemoteStruct& state);
    std::size_t state_size() const;
    void repair_thread_id(PythonThread& thread, const std::unordered_set<Address>& owned);
    AttachStatus read_status(const RemoteStruct& state) const;
    std::optional<bool> read_holds_gil(const RemoteStruct& state) const;
    std::optional<std::int64_t> find_tid(const PythonThread& thread) const;

    const Remote& remote_;
    CodeObjects codes_;
    bool with_frames_;
    Diagnostics& diagnostics_;
    std::unordered_map<Address, std::int64_t> tids_;  // by thread pointer
    std::optional<Address> main_thread_;              // pthread_self() of the main thread
    std::optional<Address> current_thread_;           // PyThreadState that holds the GIL (<= 3.11)
};

}  // namespace pycore
