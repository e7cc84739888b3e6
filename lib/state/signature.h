// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A Signature says which bug a process died of or hangs on, in a way that another run of the same bug says
// again: on another CPython, from another path, with lines inserted, below a test runner.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pycore {

enum class Confidence {
    High,
    Medium,
    Low,  // what is on the stack found the damage and did not do it
};

inline std::string_view to_string(Confidence confidence) {
    switch (confidence) {
        case Confidence::High: return "high";
        case Confidence::Medium: return "medium";
        case Confidence::Low: return "low";
    }
    return "low";
}

// One frame of the thread that the signature is about, or of one thread of a hang.
struct SignatureFrame {
    enum class Kind { Python, Native } kind = Kind::Native;
    std::string text;   // "pkg.mod:function", "numpy._core._multiarray_umath!matmul"
    bool kept = false;  // a part of L2
    std::string rule;   // dropped: by what; kept: "site" and its like where L0 or L1 took it, else empty
};

// A thread of a process that hangs, told so that a pool's workers say the same.
struct ThreadKey {
    std::int64_t tid = 0;
    std::string role;    // its name without digits; "MainThread", "native" for one that Python does not know
    std::string wait;    // class of what it waits for: "gil", "lock", "futex", "io", "sleep", "poll", ... or "running"
    std::string python;  // innermost function of the application, or ""
    std::string native;  // what it is in below Python, or ""
    bool holds_gil = false;
    std::string text;  // all of it in one line: equal text, same doing
};

enum class SignatureLevel { Site, Default, Full, Exact };  // L0 .. L3

struct Signature {
    std::string reason;  // "SIGSEGV null", "abort: free(): invalid pointer", "hang"
    Confidence confidence = Confidence::High;
    bool is_hang = false;  // nothing crashed: somebody looked, or ended it
    // L0 site, L1 default, L2 full, L3 exact: 16 hex digits of a SHA-256 each.
    std::array<std::string, 4> levels;
    std::vector<SignatureFrame> frames;  // most recent call last, as in a traceback

    // What L1 stands on, for titles: "" where there is none.
    std::string native_site;
    std::string python_site;
    // What L2 stands on, innermost first and folded: for clustering. Of a hang, of its main thread.
    std::vector<std::string> stack;
    std::vector<ThreadKey> threads;  // of a hang; one a thread, in the order of ProcessState

    const std::string& level(SignatureLevel which) const { return levels[static_cast<std::size_t>(which)]; }
};

}  // namespace pycore
