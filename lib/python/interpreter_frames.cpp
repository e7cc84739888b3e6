// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/interpreter_frames.h"

#include <fmt/format.h>

#include "base/walk_list.h"
#include "python/frame_position.h"

namespace pycore {
namespace {

using Report = std::function<void(const Error&)>;

// enum _frameowner (Include/internal/pycore_frame.h); 3 is CSTACK in 3.12 and 3.13, INTERPRETER later.
constexpr int kOwnedByGenerator = 1;
constexpr int kOwnedByFrameObject = 2;
constexpr int kFirstShimOwner = 3;
constexpr int kOwnedByCStack = 4;

FrameOwner owner_of(int owner) {
    switch (owner) {
        case 0: return FrameOwner::Thread;
        case kOwnedByGenerator: return FrameOwner::Generator;
        case kOwnedByFrameObject: return FrameOwner::FrameObject;
        case kFirstShimOwner: return FrameOwner::Interpreter;
        case kOwnedByCStack: return FrameOwner::CStack;
        default: return FrameOwner::Unknown;
    }
}

class InterpreterFrameWalk {
public:
    InterpreterFrameWalk(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                         const Report& report)
        : remote_(remote), codes_(codes), thread_state_(thread_state), report_(report) {}

    FrameStack run() {
        const auto done = walk_list(find_youngest(), kMaxFrames, "frames", [&](Address node) { return visit(node); });
        if (!done) {
            chain_.complete = false;
            report_(done.error());
        }
        if (!open_.frames.empty()) close(std::nullopt);
        return std::move(chain_);
    }

private:
    bool has_shims() const { return remote_.traits.frame_chain != layout::FrameChain::CFrameEntries; }

    Address find_youngest() {
        const auto& fields = remote_.layout.thread_state;
        if (remote_.traits.frame_chain == layout::FrameChain::Shims) {
            return thread_state_.pointer(fields.current_frame).value_or(Address{});
        }
        cframe_ = thread_state_.pointer(fields.cframe).value_or(Address{});
        const auto frame =
            read_pointer_field(remote_, cframe_, remote_.layout.cframe.current_frame, "_PyCFrame.current_frame");
        if (frame) return *frame;
        report_(frame.error());
        chain_.complete = false;
        return {};
    }

    Result<Address> visit(Address node) {
        const auto& fields = remote_.layout.interpreter_frame;
        const std::size_t size = std::max({*fields.previous, *fields.executable, *fields.instr_ptr,
                                           fields.tlbc_index.value_or(0), *fields.owner & ~7U}) +
                                 8;
        const auto frame = RemoteStruct::read(remote_.memory, node, size, "_PyInterpreterFrame");
        if (!frame) return frame.error();
        const int owner = *frame->value<std::int8_t>(fields.owner);
        if (has_shims() && owner >= kFirstShimOwner) {
            // Since 3.15 a frame inside the thread state ends the chain; it stands for no activation.
            if (node == thread_state_.pointer(remote_.layout.thread_state.base_frame)) return Address{};
            close(node);
        } else {
            add(*frame, owner);
            if (!has_shims() && frame->value<std::uint8_t>(fields.is_entry).value_or(0) != 0) close_at_entry();
        }
        return *frame->pointer(fields.previous);
    }

    void add(const RemoteStruct& frame, int owner) {
        PythonFrame result;
        result.address = frame.address();
        result.owner = owner_of(owner);
        auto executable = *frame.pointer(remote_.layout.interpreter_frame.executable);
        if (remote_.traits.tagged_references) executable.value &= ~std::uint64_t{3};
        const CodeInfo& code = codes_.read(executable, report_);
        if (code.is_code) {
            const std::int64_t offset = instruction_offset(frame, code);
            // Not yet past its RESUME, or a helper that CPython made: _PyFrame_IsIncomplete().
            if (owner != kOwnedByGenerator && offset < code.firsttraceable * 2) return;
            fill_frame(code, offset, result, report_);
        }
        open_.frames.push_back(std::move(result));
    }

    // Bytes from the first instruction to the last one that ran; negative before the first.
    std::int64_t instruction_offset(const RemoteStruct& frame, const CodeInfo& code) const {
        const Address instruction = *frame.pointer(remote_.layout.interpreter_frame.instr_ptr);
        return static_cast<std::int64_t>(instruction - code.first_instruction);
    }

    void close(std::optional<Address> anchor) {
        open_.anchor = anchor;
        if (!open_.frames.empty()) open_.frames.back().entry = chain_.complete;
        chain_.activations.push_back(std::move(open_));
        open_ = {};
    }

    // 3.11: the activation's _PyCFrame is its anchor; the next frame belongs to the one before it.
    void close_at_entry() {
        close(cframe_ ? std::optional(cframe_) : std::nullopt);
        if (!cframe_) return;
        const auto previous =
            read_pointer_field(remote_, cframe_, remote_.layout.cframe.previous, "_PyCFrame.previous");
        cframe_ = previous ? *previous : Address{};
        if (!previous) report_(previous.error());
    }

    const Remote& remote_;
    CodeObjects& codes_;
    const RemoteStruct& thread_state_;
    const Report& report_;
    FrameStack chain_;
    Activation open_;
    Address cframe_;  // 3.11: of the activation that is being read
};

}  // namespace

FrameStack read_interpreter_frames(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                                   const Report& report) {
    return InterpreterFrameWalk(remote, codes, thread_state, report).run();
}

}  // namespace pycore
