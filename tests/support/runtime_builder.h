// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// RuntimeBuilder lays out a whole Python: _PyRuntime, interpreters, thread states and frames, of any
// version that has a committed layout, in a process without files or symbols.
//
//   RuntimeBuilder python({3, 12, 1});
//   const Address main = python.add_interpreter(0);
//   const Address code = python.add_code({.name = "work", .file = "/job/work.py", .first_line = 10});
//   python.add_thread(main, 4242, {{{code, 3}}});       // one activation of one frame, at line 13
//   const auto state = read_python(python.process(), {}, diagnostics);

#include <optional>

#include "process/process_snapshot.h"
#include "support/object_builder.h"

namespace pycore::test {

// A function whose n-th instruction (2 bytes) lies on line first_line + n, columns 4 to 9.
struct TestCode {
    std::string name = "f";
    std::string file = "/job/f.py";
    int first_line = 1;
    int units = 10;
};

struct TestFrame {
    Address code;
    int unit = 1;   // the last instruction
    int owner = 0;  // of a _PyInterpreterFrame
};
using TestActivation = std::vector<TestFrame>;  // oldest first

struct BuiltThread {
    Address state;
    std::vector<Address> anchors;  // of its activations, oldest first; null where the version has none
    std::vector<Address> frames;   // oldest first
};

class RuntimeBuilder : public ObjectBuilder {
public:
    explicit RuntimeBuilder(const Build& build);

    Address runtime() const { return runtime_; }
    Address version_text() const { return version_text_; }  // what Py_GetVersion() says
    Address add_interpreter(std::int64_t id);               // each at the head of the list; the first is the main one
    Address add_code(const TestCode& code);
    // `activations`: oldest first. The thread pointer is thread_pointer(tid).
    BuiltThread add_thread(Address interpreter, std::int64_t tid, const std::vector<TestActivation>& activations);
    // threading._active of an interpreter.
    void name_threads(Address interpreter, const std::vector<std::pair<std::int64_t, std::string>>& names);
    // `holder`: a thread state, or null for a free GIL.
    void set_gil(Address interpreter, Address holder);
    static Address thread_pointer(std::int64_t tid) {
        return {0x7f5500000000 + static_cast<std::uint64_t>(tid) * 0x1000};
    }

    ProcessSnapshot process() const;

private:
    void write_debug_offsets();
    Address add_frame(const TestFrame& frame, Address previous);
    void add_frame_objects(BuiltThread& thread, const std::vector<TestActivation>& activations);
    void add_interpreter_frames(BuiltThread& thread, const std::vector<TestActivation>& activations);
    Address add_cframe(Address previous, Address current_frame);
    Address add_shim(Address previous);
    std::vector<std::byte> line_table(int units) const;

    Address runtime_;
    Address version_text_;
    Address newest_interpreter_;
    std::map<Address, Address> gils_;  // by interpreter
    std::vector<std::int64_t> tids_;
};

}  // namespace pycore::test
