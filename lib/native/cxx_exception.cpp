// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/cxx_exception.h"

#include <elf.h>

#include <algorithm>
#include <vector>

#include "native/cxx_type.h"
#include "native/exception_text.h"
#include "native/thread_local_blocks.h"

// Itanium C++ ABI, exception handling, 2.2. __cxa_eh_globals is thread-local: {__cxa_exception* caught; unsigned
// uncaught}. A __cxa_exception, which lies right before the object that was thrown:
//   +0x00  std::type_info* (of a dependent one: the object that it is about)   +0x28  int: handlers that hold it;
//   negative: thrown anew +0x50  _Unwind_Exception, first its class: "GNUCC++" or "CLNGC++"; \0, or \1 of a dependent
//   one +0x70  the object
// GCC counts references at -0x10 (32 bits), LLVM at -8 (and has the object of a dependent one there).

namespace pycore {
namespace {

constexpr std::uint64_t kHandlers = 0x28, kUnwind = 0x50, kObject = 0x70;
constexpr std::uint64_t kGcc = 0x474e5543432b2b00, kLlvm = 0x434c4e47432b2b00, kDependent = 1;
constexpr std::uint64_t kMostUncaught = 1024;  // exceptions in flight at once

struct Thrown {
    Address object;
    Address type_info;
    bool operator==(const Thrown&) const = default;
};

bool is_count(std::int64_t value) { return value > 0 && value < 1 << 16; }

bool is_handled(const MemoryImage& memory, Address header) {
    const auto handlers = read_value<std::int32_t>(memory, header + kHandlers);
    return handlers && is_count(*handlers < 0 ? -std::int64_t{*handlers} : *handlers);
}

bool is_alive(const MemoryImage& memory, Address header, std::uint64_t runtime) {
    if (runtime == kGcc) {
        const auto references = read_value<std::int32_t>(memory, header - 0x10);
        return references && is_count(*references);
    }
    const auto references = read_value<std::int64_t>(memory, header - 8);
    return references && *references >= 0 && *references < 1 << 16;
}

std::optional<Thrown> read_header(const MemoryImage& memory, Address header) {
    const auto exception_class = read_value<std::uint64_t>(memory, header + kUnwind);
    if (!exception_class || header.value % 16 != 0 || !is_handled(memory, header)) return std::nullopt;
    const std::uint64_t runtime = *exception_class & ~kDependent;
    if (runtime != kGcc && runtime != kLlvm) return std::nullopt;
    Address object = header + kObject;
    if ((*exception_class & kDependent) != 0) {
        const auto primary = read_address(memory, runtime == kGcc ? header : header - 8);
        if (!primary) return std::nullopt;
        object = *primary;
        header = object - kObject;
    }
    if (!is_alive(memory, header, runtime)) return std::nullopt;
    const auto type_info = read_address(memory, header);
    return type_info ? std::optional(Thrown{object, *type_info}) : std::nullopt;
}

// The exception of the __cxa_eh_globals at `words`, if that is one.
std::optional<Thrown> read_globals(const MemoryImage& memory, std::span<const std::uint64_t> words) {
    if (words[0] == 0 || words[1] > kMostUncaught) return std::nullopt;
    return read_header(memory, {words[0]});
}

}  // namespace

ExceptionState read_cxx_exception(const ProcessSnapshot& process, const Thread& thread, bool with_text) {
    const MemoryImage& memory = *process.memory;
    ExceptionState state;
    const auto blocks = read_thread_local_blocks(process, thread);
    state.known = blocks.complete;
    std::vector<Thrown> found;
    for (const auto& words : blocks.words) {
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            const auto thrown = read_globals(memory, std::span(words).subspan(i, 2));
            if (thrown && std::find(found.begin(), found.end(), *thrown) == found.end()) found.push_back(*thrown);
        }
    }
    if (found.empty()) return state;
    // Two runtimes (one linked into a library) may handle one each; which is the later one nobody tells.
    state.known = false;
    if (found.size() > 1) return state;
    const auto name = read_type_name(memory, found[0].type_info);
    if (!name) return state;
    state.thrown = ThrownException{demangle_type(*name), {}};
    if (with_text) state.thrown->text = read_exception_text(memory, found[0].object, found[0].type_info, *name);
    return state;
}

}  // namespace pycore
