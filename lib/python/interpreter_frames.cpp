// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/interpreter_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "python/frame_position.h"

namespace pycore {
namespace {

using Report = std::function<void(const Error&)>;

// enum _frameowner (Include/internal/pycore_frame.h); 3 is CSTACK in 3.12 and 3.13, INTERPRETER later.
constexpr int kOwnedByGenerator = 1;
constexpr int kOwnedByFrameObject = 2;
constexpr int kFirstShimOwner = 3;
constexpr int kOwnedByCStack = 4;

// Of a frame that has not begun, through 3.12: prev_instr points in front of its code.
constexpr std::int64_t kBeforeFirst = -2;
constexpr std::uint64_t kMostCodeBytes = 1U << 16;  // that a frame is believed to stand in without seeing them

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
        for (Address node = find_youngest(); node;) {
            const auto next = check(node) ? visit(node) : Result<Address>(Address{});
            node = next ? *next : resume_after(next.error());
        }
        if (stack_.complete && !open_.frames.empty())
            lose(torn("frames end before the one that entered the interpreter"));
        if (!open_.frames.empty()) close(std::nullopt);
        return std::move(stack_);
    }

private:
    bool has_cframes() const { return remote_.traits.frame_chain != layout::FrameChain::Shims; }
    bool has_shims() const { return remote_.traits.frame_chain != layout::FrameChain::CFrameEntries; }

    Address find_youngest() {
        const auto& fields = remote_.layout.thread_state;
        if (!has_cframes()) return thread_state_.pointer(fields.current_frame).value_or(Address{});
        const auto cframe = thread_state_.pointer(fields.cframe);
        if (cframe && !*cframe) return {};  // the thread state is just being made
        cframe_ = cframe.value_or(Address{});
        const Address youngest = frame_of_cframe();
        const bool is_root = !fields.root_cframe || cframe_ == thread_state_.address() + *fields.root_cframe;
        if (!youngest && cframe_ && !is_root && stack_.complete) lose(torn("a _PyCFrame has no frame"));
        return youngest;
    }

    Error torn(const char* what) const {
        return {ErrorCode::Corrupt, fmt::format("{}: thread state at {}", what, to_string(thread_state_.address())),
                thread_state_.address()};
    }

    Address frame_of_cframe() {
        const auto frame =
            read_pointer_field(remote_, cframe_, remote_.layout.cframe.current_frame, "_PyCFrame.current_frame");
        if (frame) return *frame;
        lose(frame.error());
        return {};
    }

    bool check(Address node) {
        if (!seen_.insert(node).second) {
            lose({ErrorCode::Corrupt, "frames run in a circle at " + to_string(node), node});
            return false;
        }
        if (seen_.size() > kMaxFrames || !ReadBudget::take(remote_.budget.frames, 1)) {
            lose({ErrorCode::Limit, "frames are more than pycore follows; the older ones are left out", node});
            return false;
        }
        return true;
    }

    void lose(const Error& error) {
        stack_.complete = false;
        report_(error);
    }

    // A frame that cannot be read hides its callers, but for those of older activations that a
    // _PyCFrame leads to (3.11, 3.12).
    Address resume_after(const Error& error) {
        lose(error);
        if (!has_cframes() || !cframe_) return {};
        close(has_shims() ? std::nullopt : std::optional(cframe_));
        return cframe_ ? frame_of_cframe() : Address{};
    }

    Result<Address> visit(Address node) {
        const auto& fields = remote_.layout.interpreter_frame;
        const std::size_t size = std::max({*fields.previous, *fields.executable, *fields.instr_ptr,
                                           fields.tlbc_index.value_or(0), *fields.owner & ~7U}) +
                                 8;
        const auto frame = RemoteStruct::read(remote_.memory, node, size, "_PyInterpreterFrame");
        if (!frame) return frame.error();
        const int owner = *frame->value<std::int8_t>(fields.owner);
        if (is_shim(*frame, owner)) {
            // Since 3.15 a frame inside the thread state ends the chain; it stands for no activation.
            if (node == thread_state_.pointer(remote_.layout.thread_state.base_frame)) return Address{};
            close(node);
        } else {
            if (auto added = add(*frame, owner); !added) return std::move(added).error();
            if (!has_shims() && frame->value<std::uint8_t>(fields.is_entry).value_or(0) != 0) {
                close(cframe_ ? std::optional(cframe_) : std::nullopt);
            }
        }
        return *frame->pointer(fields.previous);
    }

    Address untagged(Address reference) const {
        if (remote_.traits.tagged_references) reference.value &= ~std::uint64_t{3};
        return reference;
    }

    Address executable_of(const RemoteStruct& frame) const {
        return untagged(*frame.pointer(remote_.layout.interpreter_frame.executable));
    }

    // A shim runs None (3.13+), or code named "<interpreter trampoline>" (3.12). What runs real code is no shim,
    // and what runs None is one, whatever a damaged owner says.
    bool is_shim(const RemoteStruct& frame, int owner) {
        const Address executable = executable_of(frame);
        if (!has_shims() || is_absent_helper(frame, executable)) return false;
        const bool says_so = owner >= kFirstShimOwner && owner <= kOwnedByCStack;
        if (!executable || !codes_.is_certain(executable)) return says_so || codes_.is_none(executable);
        const CodeInfo& code = codes_.read(executable, report_);
        return code.name ? code.name->ends_with("trampoline>") : says_so;
    }

    Result<void> add(const RemoteStruct& frame, int owner) {
        PythonFrame result;
        result.address = frame.address();
        result.owner = owner_of(owner);
        const Address executable = executable_of(frame);
        if (is_absent_helper(frame, executable)) return {};
        const CodeInfo& code = codes_.read(executable, report_);
        const std::int64_t offset = instruction_offset(frame, code);
        const bool stands_in_code = code.is_code && offset >= kBeforeFirst && offset < code.size_bytes;
        if (!stands_in_code && !code.absent && !points_behind_code(frame)) return pass_over(frame);
        if (code.is_code && offset < kBeforeFirst) {
            report_({ErrorCode::Corrupt,
                     fmt::format("frame at {} stands outside of its code; its line is left out",
                                 to_string(frame.address())),
                     frame.address()});
        }
        // Not yet past its RESUME, or a helper that CPython made: _PyFrame_IsIncomplete().
        if (stands_in_code && owner != kOwnedByGenerator && offset < code.firsttraceable * 2) return {};
        if (code.is_code) fill_frame(remote_, code, offset, result, report_);
        open_.frames.push_back(std::move(result));
        return {};
    }

    // What runs nothing that could be code is told by nobody; those who called it are, if it was called.
    Result<void> pass_over(const RemoteStruct& frame) {
        if (!has_sound_caller(frame)) {
            return Error{ErrorCode::Corrupt,
                         fmt::format("the chain of frames leads to {}, where no frame is", to_string(frame.address())),
                         frame.address()};
        }
        report_({ErrorCode::Corrupt,
                 fmt::format("the frame at {} does not tell what it runs; it is left out", to_string(frame.address())),
                 frame.address()});
        return {};
    }

    // Its two words agree with each other, though the code they refer to is damaged.
    bool points_behind_code(const RemoteStruct& frame) const {
        const Address code = executable_of(frame);
        const Address instruction = *frame.pointer(remote_.layout.interpreter_frame.instr_ptr);
        const Address first = code + *remote_.layout.code_object.co_code_adaptive;
        return code && code.value % 8 == 0 && instruction.value % 2 == 0 && instruction >= first - 2 &&
               instruction < first + kMostCodeBytes;
    }

    // What cannot prove itself is a frame if it was called by one: a shim, or a frame that runs code. The oldest
    // frame of 3.11 is an entry.
    bool has_sound_caller(const RemoteStruct& frame) {
        const auto& fields = remote_.layout.interpreter_frame;
        const Address caller = *frame.pointer(fields.previous);
        if (!caller) return !has_shims() && frame.value<std::uint8_t>(fields.is_entry) == 1;
        if (caller.value % 8 != 0 || caller == frame.address()) return false;
        const auto owner = read_field<std::int8_t>(remote_, caller, fields.owner, "owner");
        const auto executable = read_pointer_field(remote_, caller, fields.executable, "f_executable");
        if (!owner || !executable) return false;
        if (has_shims() && *owner >= kFirstShimOwner) return *owner <= kOwnedByCStack;
        return codes_.is_certain(untagged(*executable));
    }

    // The helper of an inlined class call waits at its first instruction for `__init__` to return. Its code is
    // a constant of the interpreter's file (_Py_InitCleanup), which a core without that file does not hold.
    bool is_absent_helper(const RemoteStruct& frame, Address code) const {
        const auto& fields = remote_.layout.code_object;
        if (!has_shims() || open_.frames.empty() || !fields.co_code_adaptive) return false;
        if (frame.pointer(remote_.layout.interpreter_frame.instr_ptr) != code + *fields.co_code_adaptive) return false;
        return !read_value<std::uint64_t>(remote_.memory, code);
    }

    // Bytes from the first instruction to the last one that ran; negative before the first.
    std::int64_t instruction_offset(const RemoteStruct& frame, const CodeInfo& code) const {
        const Address instruction = *frame.pointer(remote_.layout.interpreter_frame.instr_ptr);
        return static_cast<std::int64_t>(instruction - first_instruction(frame, code));
    }

    // Free-threaded 3.14+ gives each thread its own copy of hot byte code: co_tlbc -> {size, entries[]}.
    Address first_instruction(const RemoteStruct& frame, const CodeInfo& code) const {
        const auto index = frame.value<std::int32_t>(remote_.layout.interpreter_frame.tlbc_index).value_or(0);
        if (index <= 0 || !code.thread_local_code) return code.first_instruction;
        const auto count = read_value<std::int64_t>(remote_.memory, code.thread_local_code);
        if (!count || index >= *count) return code.first_instruction;
        const auto copy = read_address(remote_.memory, code.thread_local_code + 8 + 8 * static_cast<unsigned>(index));
        return copy && *copy ? *copy : code.first_instruction;
    }

    // Ends the activation that is being read; the next frame belongs to the one before it.
    void close(std::optional<Address> anchor) {
        open_.anchor = anchor;
        if (!open_.frames.empty()) open_.frames.back().entry = stack_.complete;
        stack_.activations.push_back(std::move(open_));
        open_ = {};
        if (!has_cframes() || !cframe_) return;
        const auto previous =
            read_pointer_field(remote_, cframe_, remote_.layout.cframe.previous, "_PyCFrame.previous");
        if (!previous) lose(previous.error());
        cframe_ = previous ? *previous : Address{};
    }

    const Remote& remote_;
    CodeObjects& codes_;
    const RemoteStruct& thread_state_;
    const Report& report_;
    FrameStack stack_;
    Activation open_;
    std::unordered_set<Address> seen_;
    Address cframe_;  // 3.11, 3.12: of the activation that is being read
};

}  // namespace

FrameStack read_interpreter_frames(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                                   const Report& report) {
    return InterpreterFrameWalk(remote, codes, thread_state, report).run();
}

}  // namespace pycore
