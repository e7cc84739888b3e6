// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/frame_step.h"

#include <array>

namespace pycore {
namespace {

using Outcome = FrameStep::Outcome;

FrameStep failed(Outcome outcome, std::string reason, std::optional<Address> cfa = std::nullopt) {
    FrameStep step;
    step.outcome = outcome;
    step.reason = std::move(reason);
    step.cfa = cfa;
    return step;
}

std::string place(Address pc, const CodeSite& site) {
    return to_string(pc) + (site.module != nullptr ? " (" + site.module->path + ")" : "");
}

bool survives_a_call(std::size_t index) {
    return index == kRbx || index == kRbp || (index >= kR12 && index <= kR15) || index == kRsp;
}

// Follows the rules of one frame.
class RuleStep {
public:
    RuleStep(const FrameCursor& frame, const CodeSite& site, StackReader& stack)
        : frame_(frame), rules_(*site.rules), site_(site), stack_(stack) {}

    FrameStep run() {
        const auto cfa = canonical_frame_address();
        if (!cfa) return failed(Outcome::NoRules, "the unwind rules at " + place(frame_.pc(), site_) + " need more");
        cfa_ = *cfa;
        FrameStep step;
        step.cfa = Address{cfa_};
        const RegisterRule& return_rule = rules_.registers[rules_.return_address];
        if (return_rule.kind == RegisterRule::Kind::Undefined) {
            step.outcome = Outcome::Outermost;
            return step;
        }
        for (std::size_t i = 0; i < kRegisterCount; ++i) {
            if (const auto value = restore(i)) step.caller.registers.set(i, *value);
        }
        const auto return_address = step.caller.registers.get(rules_.return_address);
        if (!return_address) return failed(Outcome::NoMemory, stack_.failure().message, step.cfa);
        step.caller.registers.set(kRip, *return_address);
        if (!step.caller.registers.has(kRsp)) step.caller.registers.set(kRsp, cfa_);
        step.caller.exact_pc = site_.is_signal_frame;
        step.outcome = Outcome::Caller;
        return step;
    }

private:
    std::optional<std::uint64_t> canonical_frame_address() {
        if (!rules_.cfa_register) {
            return evaluate(rules_.expressions[rules_.cfa_expression], frame_.registers, stack_, std::nullopt);
        }
        const auto base = frame_.registers.get(*rules_.cfa_register);
        if (!base) return std::nullopt;
        return *base + static_cast<std::uint64_t>(rules_.cfa_offset);
    }

    std::optional<std::uint64_t> restore(std::size_t index) {
        using Kind = RegisterRule::Kind;
        const RegisterRule& rule = rules_.registers[index];
        const std::uint64_t at_offset = cfa_ + static_cast<std::uint64_t>(rule.offset);
        switch (rule.kind) {
            case Kind::Undefined: return std::nullopt;
            case Kind::Same:
                // A callee may do what it likes with the others and say nothing.
                if (!survives_a_call(index) && !site_.is_signal_frame) return std::nullopt;
                return frame_.registers.get(index);
            case Kind::At: return stack_.word({at_offset});
            case Kind::Value: return at_offset;
            case Kind::Register: return frame_.registers.get(static_cast<std::size_t>(rule.offset));
            case Kind::AtExpression: {
                const auto address = evaluate(rules_.expressions[rule.expression], frame_.registers, stack_, cfa_);
                return address ? stack_.word({*address}) : std::nullopt;
            }
            case Kind::ValueExpression:
                return evaluate(rules_.expressions[rule.expression], frame_.registers, stack_, cfa_);
        }
        return std::nullopt;
    }

    const FrameCursor& frame_;
    const FrameRules& rules_;
    const CodeSite& site_;
    StackReader& stack_;
    std::uint64_t cfa_ = 0;
};

// The kernel's rt_sigframe on x86-64: struct ucontext at sp, its sigcontext 40 bytes into it
// (Linux arch/x86/include/uapi/asm/sigcontext.h: r8-r15 di si bp bx dx ax cx sp ip).
FrameStep step_by_signal_frame(const FrameCursor& frame, StackReader& stack) {
    constexpr std::array<std::size_t, 17> kOrder = {kR8,  kR9,  kR10, kR11, kR12, kR13, kR14, kR15, kRdi,
                                                    kRsi, kRbp, kRbx, kRdx, kRax, kRcx, kRsp, kRip};
    FrameStep step;
    for (std::size_t i = 0; i < kOrder.size(); ++i) {
        const auto value = stack.word(frame.sp() + 40 + i * 8);
        if (!value) return failed(Outcome::NoMemory, stack.failure().message);
        step.caller.registers.set(kOrder[i], *value);
    }
    step.cfa = step.caller.sp();
    step.outcome = Outcome::Caller;
    return step;
}

// A caller whose return address lies at `slot`; registers that survive a call are kept.
FrameStep step_to_return_address(const FrameCursor& frame, Address slot, StackReader& stack) {
    const auto return_address = stack.word(slot);
    if (!return_address) return failed(Outcome::NoMemory, stack.failure().message);
    FrameStep step;
    for (std::size_t i = 0; i < kRegisterCount; ++i) {
        if (frame.registers.has(i) && survives_a_call(i)) step.caller.registers.set(i, *frame.registers.get(i));
    }
    step.cfa = slot + 8;
    step.caller.registers.set(kRip, *return_address);
    step.caller.registers.set(kRsp, step.cfa->value);
    step.caller.exact_pc = false;
    step.outcome = Outcome::Caller;
    return step;
}

FrameStep step_by_epilogue(const FrameCursor& frame, const Epilogue& epilogue, StackReader& stack) {
    const std::uint64_t sp = frame.sp().value;
    const auto rbp = frame.registers.get(kRbp);
    if (epilogue.return_from_rbp && !rbp) return failed(Outcome::NoRules, "rbp is not known");
    const auto slot = [&](std::int64_t offset, bool from_rbp) {
        return Address{(from_rbp ? *rbp : sp) + static_cast<std::uint64_t>(offset)};
    };
    FrameStep step = step_to_return_address(frame, slot(epilogue.return_offset, epilogue.return_from_rbp), stack);
    for (const Epilogue::Pop& pop : epilogue.pops) {
        const auto value = stack.word(slot(pop.sp_offset, pop.from_rbp));
        if (!value) return failed(Outcome::NoMemory, stack.failure().message);
        if (survives_a_call(pop.register_index)) step.caller.registers.set(pop.register_index, *value);
    }
    return step;
}

FrameStep judged(FrameStep step, const FrameCursor& frame, CodeMap& code, StackReader& stack) {
    if (step.outcome != Outcome::Caller) return step;
    const CodeSite& site = code.site(frame.pc(), frame.exact_pc);
    const Address pc = step.caller.pc();
    if (!step.caller.exact_pc && pc.value == 0) {
        // The first function of a thread may push a null return address. Nothing but zeros above means
        // that the dump has no stack there (gdb 13's gcore with glibc 2.42).
        for (std::uint64_t offset = 0; offset < 512; offset += 8) {
            if (stack.word(*step.cfa + offset).value_or(1) != 0) {
                step.outcome = Outcome::Outermost;
                return step;
            }
        }
        return failed(Outcome::Garbage, "the stack holds nothing but zeros from " + to_string(*step.cfa) + " on",
                      step.cfa);
    }
    if (!step.caller.exact_pc && !code.is_executable(pc)) {
        return failed(Outcome::Garbage,
                      "the return address " + to_string(pc) + " of the frame at " + place(frame.pc(), site) +
                          " is not in executable memory",
                      step.cfa);
    }
    // A signal handler may run on a stack of its own, anywhere.
    if (!site.is_signal_frame && step.caller.sp() <= frame.sp()) {
        return failed(Outcome::Garbage, "the stack pointer does not grow at " + place(frame.pc(), site), step.cfa);
    }
    return step;
}

FrameStep by_what_is_sure(const FrameCursor& frame, const CodeSite& site, CodeMap& code, StackReader& stack) {
    if (site.rules) return RuleStep(frame, site, stack).run();
    if (site.is_sigreturn) return step_by_signal_frame(frame, stack);
    if (!site.executable && frame.exact_pc) {
        // A call to nowhere: nothing ran after it, so the return address is still on top.
        FrameStep step = step_to_return_address(frame, frame.sp(), stack);
        if (step.outcome != Outcome::Caller || code.follows_call(step.caller.pc())) return step;
        return failed(Outcome::NoRules, to_string(frame.pc()) + " is no code, and nothing called it");
    }
    if (site.epilogue) return step_by_epilogue(frame, *site.epilogue, stack);
    if (site.module == nullptr) return failed(Outcome::NoRules, to_string(frame.pc()) + " is in no module");
    const char* why = site.module->file ? "no unwind rules at " : "no file to take unwind rules from at ";
    return failed(Outcome::NoRules, why + place(frame.pc(), site));
}

}  // namespace

FrameStep step_to_caller(const FrameCursor& frame, CodeMap& code, StackReader& stack) {
    const CodeSite& site = code.site(frame.pc(), frame.exact_pc);
    return judged(by_what_is_sure(frame, site, code, stack), frame, code, stack);
}

FrameStep guess_caller(const FrameCursor& frame, Address limit, CodeMap& code, StackReader& stack) {
    const auto likely = [&](const FrameStep& step) {
        return step.outcome == Outcome::Caller && step.caller.sp() <= limit && step.caller.sp() > frame.sp() &&
               code.is_executable(step.caller.pc()) && code.follows_call(step.caller.pc());
    };
    if (frame.exact_pc) {
        FrameStep step = step_to_return_address(frame, frame.sp(), stack);
        step.caller.recovered = true;
        if (likely(step)) return step;
    }
    const auto rbp = frame.registers.get(kRbp);
    if (rbp && *rbp >= frame.sp().value && *rbp % 8 == 0) {
        FrameStep step = step_to_return_address(frame, {*rbp + 8}, stack);
        const auto saved = stack.word({*rbp});
        // Whoever keeps a frame pointer says nothing of the other registers.
        FrameCursor caller;
        caller.registers.set(kRip, step.caller.pc().value);
        caller.registers.set(kRsp, step.caller.sp().value);
        if (saved) caller.registers.set(kRbp, *saved);
        caller.exact_pc = false;
        caller.recovered = true;
        step.caller = caller;
        if (likely(step)) return step;
    }
    const Module* module = code.site(frame.pc(), frame.exact_pc).module;
    if (rbp == 0 && !frame.exact_pc && module != nullptr && module->file != nullptr) {
        // The System V ABI asks for rbp = 0 in the outermost frame, and the assembly of libcs (musl's
        // clone) obeys. Without the file there may be rules that we do not see.
        FrameStep step;
        step.outcome = Outcome::Outermost;
        return step;
    }
    return failed(Outcome::NoRules, "");
}

}  // namespace pycore
