// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/frame_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/walk_list.h"
#include "python/frame_position.h"

namespace pycore {
namespace {

using Report = std::function<void(const Error&)>;

// PyFrameObjects of one process, told from other objects that a damaged pointer leads to.
class FrameProof {
public:
    FrameProof(const Remote& remote, CodeObjects& codes) : remote_(remote), codes_(codes) {}

    // What runs code is a frame; so is what has the type of one, or of the frame that called it.
    bool is_frame(const RemoteStruct& object, const Report& report) {
        const auto& fields = remote_.layout.frame_object;
        const Address type = object.pointer(remote_.layout.pyobject.ob_type).value_or(Address{});
        const CodeInfo& code = codes_.read(*object.pointer(fields.f_code), report);
        if (code.is_code || code.absent) {
            if (!type_ && code.is_code) type_ = type;
            return true;
        }
        return type_ ? type == type_ : has_type_and_code(*object.pointer(fields.f_back), type);
    }

private:
    bool has_type_and_code(Address caller, Address type) {
        const auto own = read_pointer_field(remote_, caller, remote_.layout.pyobject.ob_type, "ob_type");
        const auto code = read_pointer_field(remote_, caller, remote_.layout.frame_object.f_code, "f_code");
        return own && code && *own == type && codes_.is_certain(*code);
    }

    const Remote& remote_;
    CodeObjects& codes_;
    Address type_;  // of the frames so far; null before the first
};

PythonFrame read_frame(const Remote& remote, CodeObjects& codes, const RemoteStruct& object, const Report& report) {
    const auto& fields = remote.layout.frame_object;
    PythonFrame frame;
    frame.address = object.address();
    frame.entry = true;
    const auto generator = object.pointer(fields.f_gen);
    frame.owner = generator && *generator ? FrameOwner::Generator : FrameOwner::Thread;
    const auto code = object.pointer(fields.f_code);
    const auto lasti = object.value<std::int32_t>(fields.f_lasti);
    if (!code || !lasti) return frame;
    const bool in_units = remote.traits.last_instruction == layout::LastInstruction::UnitIndex;
    const std::int64_t offset = in_units ? std::int64_t{*lasti} * 2 : *lasti;
    fill_frame(remote, codes.read(*code, report), offset, frame, report);
    return frame;
}

// The _PyCFrames of a thread, youngest first, without the root that lies in the thread state; none if they
// cannot be read up to it, as then nobody knows which are missing.
std::vector<Address> read_cframes(const Remote& remote, const RemoteStruct& thread_state, const Report& report) {
    const auto& fields = remote.layout.thread_state;
    std::vector<Address> cframes;
    const auto head = thread_state.pointer(fields.cframe);
    if (!head || !fields.root_cframe) return cframes;
    const Address root = thread_state.address() + *fields.root_cframe;
    const auto done = walk_list(*head, kMaxFrames, "_PyCFrames", [&](Address node) -> Result<Address> {
        if (node == root) return Address{};
        cframes.push_back(node);
        return read_pointer_field(remote, node, remote.layout.cframe.previous, "_PyCFrame.previous");
    });
    if (done) return cframes;
    report(done.error());
    return {};
}

// One to one; where a thread stands between the push of the one and of the other, the oldest belong
// together and a young _PyCFrame has no frame yet.
void add_anchors(const std::vector<Address>& cframes, std::vector<Activation>& activations) {
    while (activations.size() < cframes.size()) activations.insert(activations.begin(), Activation{});
    const std::size_t without = activations.size() - cframes.size();
    for (std::size_t i = 0; i < cframes.size(); ++i) activations[without + i].anchor = cframes[i];
}

}  // namespace

FrameStack read_frame_objects(const Remote& remote, CodeObjects& codes, const RemoteStruct& thread_state,
                              const Report& report) {
    FrameStack chain;
    const auto& fields = remote.layout.frame_object;
    const std::size_t size = std::max({*fields.f_back, *fields.f_code, *fields.f_lasti, fields.f_gen.value_or(0),
                                       remote.layout.pyobject.ob_type.value_or(0)}) +
                             8;
    const auto head = thread_state.pointer(remote.layout.thread_state.frame);
    if (!head) return chain;
    FrameProof proof(remote, codes);
    const auto done = walk_list(*head, kMaxFrames, "frames", [&](Address node) -> Result<Address> {
        if (!ReadBudget::take(remote.budget.frames, 1)) {
            return Error{ErrorCode::Limit, "frames are more than pycore follows; the older ones are left out", node};
        }
        const auto object = RemoteStruct::read(remote.memory, node, size, "PyFrameObject");
        if (!object) return object.error();
        if (!proof.is_frame(*object, report)) {
            return Error{ErrorCode::Corrupt,
                         fmt::format("the chain of frames leads to {}, where no frame is", to_string(node)), node};
        }
        Activation activation;
        activation.frame_object = node;
        activation.frames.push_back(read_frame(remote, codes, *object, report));
        chain.activations.push_back(std::move(activation));
        return *object->pointer(fields.f_back);
    });
    if (!done) {
        chain.complete = false;
        report(done.error());
    }
    if (remote.traits.frame_chain == layout::FrameChain::FrameObjectsAndCFrames) {
        add_anchors(read_cframes(remote, thread_state, report), chain.activations);
    }
    return chain;
}

}  // namespace pycore
