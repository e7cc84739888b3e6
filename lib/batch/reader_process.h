// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A child process that reads targets, one at a time, as the supervisor sees it.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "batch/message.h"

namespace pycore {

class ReaderProcess {
public:
    using Clock = std::chrono::steady_clock;
    // What the child does: answers each task with a message, until there are no more.
    using Main = std::function<void(int tasks, int answers)>;

    // nullopt: the system has no room for one.
    static std::optional<ReaderProcess> start(const Main& main);
    ReaderProcess(ReaderProcess&&) noexcept = default;
    ReaderProcess& operator=(ReaderProcess&&) noexcept = default;

    // False if it is gone.
    bool give(const Message& task, Clock::time_point deadline);
    bool send(const Message& message) { return send_message(tasks_.get(), message); }
    void end_of_tasks() { tasks_ = FileDescriptor(); }
    bool is_busy() const { return task_.has_value(); }
    std::uint64_t task() const { return *task_; }
    Clock::time_point deadline() const { return deadline_; }
    int answers() const { return answers_.get(); }
    // What it answered to its task; `alive` is false once it is gone.
    std::optional<Message> take_answer(bool& alive);
    // Ends it, and says how it ended: "was ended by SIGSEGV".
    std::string end();

private:
    ReaderProcess() = default;

    pid_t pid_ = -1;
    FileDescriptor tasks_;
    FileDescriptor answers_;
    std::optional<std::uint64_t> task_;
    Clock::time_point deadline_;
    MessageAssembler assembler_;
};

}  // namespace pycore
