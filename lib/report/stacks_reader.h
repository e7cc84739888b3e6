// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Reads a saved `pycore stacks --format=json` back into a ProcessState, as far as the document tells: frames
// that --native=auto left out are not there, nor are modules and memory. What is written from the state that
// was read is the same document again. A document is untrusted input: it is bounded, keys may stand in any
// order, keys of later versions are passed over, and a value that is not of its type is told and taken for
// unknown.

#include <memory>
#include <string_view>

#include "base/result.h"
#include "state/process_state.h"

namespace pycore {

struct StacksLimits {
    std::size_t document_bytes = std::size_t{1} << 30;
    std::size_t frames = 4'000'000;  // of all threads; one takes about 500 bytes
    std::size_t threads = 1'000'000;
};

// Keeps its buffers from one document to the next; one for each thread of the program.
class StacksReader {
public:
    explicit StacksReader(StacksLimits limits = {});
    ~StacksReader();
    StacksReader(StacksReader&&) noexcept;
    StacksReader& operator=(StacksReader&&) noexcept;

    // An Error if it is no JSON, or not a document of schema "pycore/stacks/1".
    Result<ProcessState> read(std::string_view document);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    StacksLimits limits_;
};

// Whether a file that begins like this may be such a document.
bool looks_like_stacks_json(std::string_view front);

}  // namespace pycore
