// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/thread_reader.h"

#include <algorithm>
#include <utility>

namespace pycore {
namespace {

using Fields = JsonFields&;

constexpr std::array kOwners = {FrameOwner::Thread,      FrameOwner::Generator, FrameOwner::FrameObject,
                                FrameOwner::Interpreter, FrameOwner::CStack,    FrameOwner::Unknown};
constexpr std::array kAttach = {AttachStatus::Attached, AttachStatus::Detached, AttachStatus::Suspended,
                                AttachStatus::ShuttingDown, AttachStatus::Unknown};
constexpr std::array kMerge = {MergeStatus::Anchored, MergeStatus::Partial, MergeStatus::PythonOnly,
                               MergeStatus::NativeOnly};

Wait read_wait(Fields fields) {
    Wait wait;
    wait.kind = fields.text_or("kind", "");
    wait.what = fields.text_or("what", "");
    wait.address = fields.address("address");
    wait.owner_tid = fields.number("owner_tid");
    return wait;
}

MergedFrame read_python_frame(Fields fields, std::int64_t interpreter_id) {
    MergedFrame merged;
    merged.kind = MergedFrame::Kind::Python;
    PythonFrame& frame = merged.python.emplace();
    frame.function = fields.text("function");
    frame.qualname = fields.text("qualname");
    frame.file = fields.text("file");
    frame.module = fields.text("module");
    frame.line = fields.number("line");
    frame.column = fields.number("column");
    frame.end_line = fields.number("end_line");
    frame.end_column = fields.number("end_column");
    frame.entry = fields.is_true("entry");
    frame.owner = from_word(fields.text_or("owner", "thread"), kOwners, FrameOwner::Unknown);
    frame.address = fields.address("address").value_or(Address{});
    merged.interpreter_id = fields.number("interpreter_id").value_or(interpreter_id);
    merged.crash_site = fields.is_true("crash_site");
    merged.uncertain = fields.is_true("uncertain");
    return merged;
}

// A native frame, or a call inlined into the one before it.
void read_native_frame(Fields fields, std::vector<MergedFrame>& frames) {
    NativeFunction function;
    function.name = fields.text("function");
    function.raw_name = fields.text("raw_name");
    NativeFrame frame;
    frame.module = fields.text("module");
    frame.build_id = fields.text("build_id");
    frame.pc = fields.address("pc").value_or(Address{});
    if (const auto offset = fields.address("module_offset")) frame.module_offset = offset->value;
    const auto line = fields.number("line");
    if (auto file = fields.text("file")) {
        function.location = SourceLocation{*std::move(file), line.value_or(0), fields.number("column")};
    }
    const bool inlined = fields.is_true("inlined");
    const bool plumbing = fields.is_true("plumbing");
    const bool crash_site = fields.is_true("crash_site");
    const bool uncertain = fields.is_true("uncertain");
    if (inlined && !frames.empty() && frames.back().native) {
        frames.back().native->inlined.push_back(std::move(function));
        frames.back().crash_site = frames.back().crash_site || crash_site;
        return;
    }
    frame.function = std::move(function);
    MergedFrame merged;
    merged.native = Boxed<NativeFrame>(std::move(frame));
    merged.plumbing = plumbing;
    merged.crash_site = crash_site;
    merged.uncertain = uncertain;
    frames.push_back(std::move(merged));
}

std::int64_t interpreter_of(const ThreadState& thread) {
    return thread.python.empty() ? 0 : thread.python.front().interpreter_id;
}

void read_frames(Fields fields, ThreadState& thread) {
    const auto frames = fields.array("frames");
    if (frames) thread.stack.frames.reserve(std::min<std::size_t>(frames->size(), 100'000));
    for_each_object(frames, fields.wrong(), [&](JsonFields frame) {
        if (frame.text_or("kind", "") == "python") {
            thread.stack.frames.push_back(read_python_frame(frame, interpreter_of(thread)));
        } else {
            read_native_frame(frame, thread.stack.frames);
        }
    });
    thread.stack.status = from_word(fields.text_or("merge", "native_only"), kMerge, MergeStatus::NativeOnly);
}

std::optional<PythonThread> python_of(std::optional<std::string> name, std::optional<Address> id,
                                      std::optional<std::int64_t> interpreter, const std::string& status) {
    if (status == "not_python") return std::nullopt;
    PythonThread python;
    python.name = std::move(name);
    python.thread_id = id.value_or(Address{});
    python.interpreter_id = interpreter.value_or(0);
    python.status = from_word(status, kAttach, AttachStatus::Unknown);
    return python;
}

}  // namespace

ThreadState read_thread(Fields fields) {
    ThreadState thread;
    thread.tid = fields.number("tid").value_or(0);
    auto name = fields.text("name");
    thread.os_name = fields.text("os_name");
    const auto id = fields.address("python_thread_id");
    const auto interpreter = fields.number("interpreter_id");
    thread.crashed = fields.is_true("crashed");
    thread.main = fields.is_true("main");
    thread.holds_gil = fields.is_true("holds_gil");
    thread.waiting_for_gil = fields.is_true("waiting_for_gil");
    auto python = python_of(std::move(name), id, interpreter, fields.text_or("status", "not_python"));
    if (python) thread.python.push_back(*std::move(python));
    if (const auto wait = fields.object("wait")) {
        JsonFields members(*wait, fields.wrong());
        thread.wait = read_wait(members);
    }
    read_frames(fields, thread);
    return thread;
}

}  // namespace pycore
