// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/runtime_builder.h"

#include "layout/debug_offsets.h"

namespace pycore::test {
namespace {

constexpr int kShimOwner = 3;

}  // namespace

RuntimeBuilder::RuntimeBuilder(const Build& build) : ObjectBuilder(build) {
    runtime_ = allocate(*layout().runtime_state.size);
    if (traits().self_describing) write_debug_offsets();
    set(runtime_, layout().runtime_state.initialized, std::int32_t{1});
    const std::string text = to_string(version()) + " (main, Jan  1 2024) [GCC 12]";
    version_text_ = allocate(text.size() + 1);
    put_bytes(version_text_, std::as_bytes(std::span(text)));
}

void RuntimeBuilder::write_debug_offsets() {
    put_bytes(runtime_, std::as_bytes(std::span(layout::kDebugOffsetsCookie)));
    put(runtime_ + 8, std::uint64_t{to_hex(version())});
    put(runtime_ + 16, std::uint64_t{free_threaded() ? 1U : 0U});
    Address at = runtime_ + 24;
    for_each_field(layout(), [&](const layout::FieldInfo& info, const layout::Offset& offset) {
        if (info.since == 0 || info.since > version().minor) return;
        put(at, std::uint64_t{offset.value_or(0)});
        at = at + 8;
    });
}

Address RuntimeBuilder::add_interpreter(std::int64_t id) {
    const auto& fields = layout().interpreter_state;
    const Address made = allocate(*fields.size);
    set(made, fields.id, id);
    set(made, fields.runtime, runtime_.value);
    set(made, fields.next, newest_interpreter_.value);
    set(made, fields.sysdict, dict({{text("abiflags"), text("")}}).value);
    set(made, fields.imports_modules, dict({{text("sys"), module(dict({}))}}).value);
    if (!newest_interpreter_) set(runtime_, layout().runtime_state.interpreters_main, made.value);
    newest_interpreter_ = made;
    set(runtime_, layout().runtime_state.interpreters_head, made.value);
    const bool in_runtime = traits().gil_home == layout::GilHome::Runtime;
    const Address gil = in_runtime ? runtime_ + *layout().runtime_state.gil : made + *fields.gil_runtime_state;
    gils_[made] = gil;
    set(made, fields.ceval_gil, gil.value);
    set(gil, layout().gil.locked, std::int32_t{0});
    return made;
}

std::vector<std::byte> RuntimeBuilder::line_table(int units) const {
    std::vector<std::byte> table;
    const auto add = [&](std::initializer_list<int> values) {
        for (const int value : values) table.push_back(static_cast<std::byte>(value));
    };
    for (int i = 0; i < units; ++i) {
        const int delta = i == 0 ? 0 : 1;
        switch (traits().line_table) {
            case layout::LineTableFormat::Lnotab: add({i == 0 ? 0 : 2, delta}); break;
            case layout::LineTableFormat::LineDeltas: add({2, delta}); break;
            case layout::LineTableFormat::LocationTable: add({0x80 | (10 + delta) << 3, 4, 9}); break;
        }
    }
    return table;
}

Address RuntimeBuilder::add_code(const TestCode& code) {
    const auto& fields = layout().code_object;
    const auto instructions = std::vector<std::byte>(static_cast<std::size_t>(code.units) * 2);
    const Address made = object("code", *fields.size + instructions.size());
    set(made, fields.name, text(code.name).value);
    set(made, fields.qualname, text("Q." + code.name).value);
    set(made, fields.filename, text(code.file).value);
    set(made, fields.firstlineno, code.first_line);
    set(made, fields.linetable, bytes(line_table(code.units)).value);
    set(made, fields.firsttraceable, std::int32_t{1});
    if (fields.co_code) set(made, fields.co_code, bytes(instructions).value);
    if (fields.co_code_adaptive) put(made + *layout().pyobject.size, std::int64_t{code.units});
    return made;
}

BuiltThread RuntimeBuilder::add_thread(Address interpreter, std::int64_t tid,
                                       const std::vector<TestActivation>& activations) {
    const auto& fields = layout().thread_state;
    BuiltThread thread;
    // Behind the structure proper: room for the frame that ends the chain since 3.15.
    thread.state = allocate(*fields.size + layout().interpreter_frame.size.value_or(0));
    const auto head = layout().interpreter_state.threads_head;
    const auto older = get<Address>(interpreter + *head);
    set(thread.state, fields.next, older.value);
    if (older) set(older, fields.prev, thread.state.value);
    set(interpreter, head, thread.state.value);
    set(thread.state, fields.interp, interpreter.value);
    set(thread.state, fields.thread_id, thread_pointer(tid).value);
    set(thread.state, fields.native_thread_id, static_cast<std::uint64_t>(tid));
    if (tids_.empty()) set(runtime_, layout().runtime_state.main_thread, thread_pointer(tid).value);
    tids_.push_back(tid);
    if (layout().frame_object.f_code) {
        add_frame_objects(thread, activations);
    } else {
        add_interpreter_frames(thread, activations);
    }
    return thread;
}

void RuntimeBuilder::add_frame_objects(BuiltThread& thread, const std::vector<TestActivation>& activations) {
    const auto& fields = layout().frame_object;
    const bool in_units = traits().last_instruction == layout::LastInstruction::UnitIndex;
    Address frame;
    Address cframe = thread.state + layout().thread_state.root_cframe.value_or(0);
    for (const TestActivation& activation : activations) {
        const Address object_at = object("frame", *fields.size);
        set(object_at, fields.f_back, frame.value);
        set(object_at, fields.f_code, activation.front().code.value);
        set(object_at, fields.f_lasti, std::int32_t{activation.front().unit * (in_units ? 1 : 2)});
        frame = object_at;
        thread.frames.push_back(frame);
        thread.anchors.push_back({});
        if (!layout().thread_state.cframe) continue;
        cframe = add_cframe(cframe, {});
        thread.anchors.back() = cframe;
    }
    set(thread.state, layout().thread_state.frame, frame.value);
    set(thread.state, layout().thread_state.cframe, cframe.value);
}

Address RuntimeBuilder::add_cframe(Address previous, Address current_frame) {
    const Address made = allocate_on_stack(24);
    set(made, layout().cframe.previous, previous.value);
    set(made, layout().cframe.current_frame, current_frame.value);
    return made;
}

Address RuntimeBuilder::add_shim(Address previous) {
    const auto& fields = layout().interpreter_frame;
    const Address made = allocate_on_stack(*fields.size);
    set(made, fields.previous, previous.value);
    set(made, fields.owner, static_cast<std::int8_t>(kShimOwner));
    return made;
}

Address RuntimeBuilder::add_frame(const TestFrame& frame, Address previous) {
    const auto& fields = layout().interpreter_frame;
    const Address made = allocate(*fields.size);
    set(made, fields.previous, previous.value);
    set(made, fields.executable, frame.code.value);
    const Address instruction =
        frame.code + *layout().code_object.co_code_adaptive + 2 * static_cast<unsigned>(frame.unit);
    set(made, fields.instr_ptr, instruction.value);
    set(made, fields.owner, static_cast<std::int8_t>(frame.owner));
    return made;
}

void RuntimeBuilder::add_interpreter_frames(BuiltThread& thread, const std::vector<TestActivation>& activations) {
    const auto& fields = layout().thread_state;
    const bool has_shims = traits().frame_chain != layout::FrameChain::CFrameEntries;
    Address frame;
    if (fields.base_frame) {
        frame = thread.state + *fields.size;
        set(frame, layout().interpreter_frame.owner, static_cast<std::int8_t>(kShimOwner));
        set(thread.state, fields.base_frame, frame.value);
    }
    Address cframe = thread.state + fields.root_cframe.value_or(0);
    for (const TestActivation& activation : activations) {
        if (has_shims) frame = add_shim(frame);
        const Address shim = frame;
        for (const TestFrame& spec : activation) {
            frame = add_frame(spec, frame);
            thread.frames.push_back(frame);
            if (&spec == &activation.front()) set(frame, layout().interpreter_frame.is_entry, std::uint8_t{1});
        }
        if (fields.cframe) cframe = add_cframe(cframe, frame);
        thread.anchors.push_back(has_shims ? shim : cframe);
    }
    set(thread.state, fields.current_frame, frame.value);
    set(thread.state, fields.cframe, cframe.value);
}

void RuntimeBuilder::name_threads(Address interpreter, const std::vector<std::pair<std::int64_t, std::string>>& names) {
    Items active;
    for (const auto& [tid, name] : names) {
        const Address thread = instance({{"_target", text("x")}, {"_name", text(name)}, {"_args", text("y")}});
        active.emplace_back(integer(thread_pointer(tid).value), thread);
    }
    const Address names_of_module = dict({{text("_limbo"), dict({})}, {text("_active"), dict(active)}});
    const Address modules = dict({{text("sys"), module(dict({}))}, {text("threading"), module(names_of_module)}});
    set(interpreter, layout().interpreter_state.imports_modules, modules.value);
}

void RuntimeBuilder::set_gil(Address interpreter, Address holder) {
    const Address gil = gils_.at(interpreter);
    set(gil, layout().gil.locked, std::int32_t{holder ? 1 : 0});
    set(gil, layout().gil.last_holder, holder.value);
    if (free_threaded()) put(gil, std::int32_t{0x7fffffff});  // enabled for good
    set(runtime_, layout().runtime_state.tstate_current, holder.value);
    if (!holder) return;
    const auto& fields = layout().thread_state;
    set(holder, fields.status, std::uint32_t{1U << 4 | 1U << 5});
    set(holder, fields.state, std::int32_t{1});
    set(holder, fields.holds_gil, std::int32_t{1});
}

ProcessSnapshot RuntimeBuilder::process() const {
    ProcessSnapshot snapshot;
    snapshot.memory = memory();
    for (const std::int64_t tid : tids_) {
        Thread thread;
        thread.tid = tid;
        thread.registers.thread_pointer = thread_pointer(tid);
        snapshot.threads.push_back(thread);
    }
    return snapshot;
}

}  // namespace pycore::test
