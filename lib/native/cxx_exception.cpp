// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/cxx_exception.h"

#include <elf.h>

#include <algorithm>
#include <vector>

#include "native/cxx_type.h"
#include "native/exception_text.h"
#include "native/thread_local_blocks.h"

// Itanium C++ ABI, exception handling, 2.2. __cxa_eh_globals belongs to a thread: {__cxa_exception* caught; unsigned
// uncaught}. GCC's runtime has it in a thread-local variable, LLVM's behind a pointer, which may be one of
// pthread_setspecific(). A __cxa_exception lies right before the object that was thrown:
//   +0x00  std::type_info* (GCC, of a dependent one: the object that it is about)
//   +0x28  int: handlers that hold it; negative: thrown anew
//   +0x50  _Unwind_Exception, first its class: "GNUCC++" or "CLNGC++"; \0, or \1 of a dependent one
//   +0x70  the object
// GCC counts references at -0x10 (32 bits). LLVM's begins at -0x10 and counts at -8, where a dependent one has the
// object.

namespace pycore {
namespace {

constexpr std::uint64_t kHandlers = 0x28, kUnwind = 0x50, kObject = 0x70, kLlvmFront = 0x10;
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

std::uint64_t runtime_of(const MemoryImage& memory, Address header) {
    return read_value<std::uint64_t>(memory, header + kUnwind).value_or(0) & ~kDependent;
}

std::optional<Thrown> read_header(const MemoryImage& memory, Address header) {
    if (header.value % 16 != 0) return std::nullopt;
    if (runtime_of(memory, header + kLlvmFront) == kLlvm) header = header + kLlvmFront;
    const std::uint64_t runtime = runtime_of(memory, header);
    if ((runtime != kGcc && runtime != kLlvm) || !is_handled(memory, header)) return std::nullopt;
    Address object = header + kObject;
    if (read_value<std::uint64_t>(memory, header + kUnwind).value_or(0) != runtime) {
        const auto primary = read_address(memory, runtime == kGcc ? header : header - 8);
        if (!primary) return std::nullopt;
        object = *primary;
        header = object - kObject;
    }
    if (!is_alive(memory, header, runtime)) return std::nullopt;
    const auto type_info = read_address(memory, header);
    return type_info ? std::optional(Thrown{object, *type_info}) : std::nullopt;
}

// Those that the thread handles: one for each runtime, told once.
class Search {
public:
    explicit Search(const MemoryImage& memory) : memory_(memory) {}

    // At each word of a block of thread-local variables __cxa_eh_globals may begin.
    void look_through(std::span<const std::uint64_t> words) {
        for (std::size_t i = 0; i + 1 < words.size(); ++i) add(words[i], words[i + 1]);
    }
    // Each word may be a pointer to it.
    void look_behind(std::span<const std::uint64_t> words) {
        for (const std::uint64_t word : words) {
            const auto caught = word != 0 ? read_address(memory_, {word}).value_or({}) : Address{};
            if (caught) add(caught.value, read_value<std::uint64_t>(memory_, Address{word} + 8).value_or(UINT64_MAX));
        }
    }
    const std::vector<Thrown>& found() const { return found_; }

private:
    void add(std::uint64_t caught, std::uint64_t uncaught) {
        if (caught == 0 || uncaught > kMostUncaught) return;
        const auto thrown = read_header(memory_, {caught});
        if (thrown && std::find(found_.begin(), found_.end(), *thrown) == found_.end()) found_.push_back(*thrown);
    }

    const MemoryImage& memory_;
    std::vector<Thrown> found_;
};

}  // namespace

ExceptionState read_cxx_exception(const ProcessSnapshot& process, const Thread& thread, bool with_text) {
    const MemoryImage& memory = *process.memory;
    ExceptionState state;
    const auto blocks = read_thread_local_blocks(process, thread);
    state.known = blocks.complete;
    Search search(memory);
    search.look_behind(blocks.own);
    for (const auto& words : blocks.words) search.look_through(words);
    const std::vector<Thrown>& found = search.found();
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
