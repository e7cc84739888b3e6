// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/stat.h>

#include <map>
#include <utility>

#include "analysis/signature.h"
#include "base/parse_number.h"
#include "batch_run.h"
#include "output.h"
#include "report/completeness.h"
#include "report/escape.h"
#include "report/signature_report.h"
#include "tool.h"

namespace pycore {
namespace {

bool is_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

// A bare number that names no file.
bool names_process(const std::string& target) { return parse_number(target).has_value() && !is_file(target); }

SignatureLevel wanted_level(const Invocation& invocation) {
    const std::string level = invocation.value("level");
    return static_cast<SignatureLevel>(level.back() - '0');  // one of L0 to L3
}

// What is told of one target, made where it is read.
std::string sign_target(const Invocation& invocation, const std::string& target, const ProcessState& state) {
    if (invocation.value("format") == "json") {
        JsonOptions options;
        options.tool_version = std::string(version());
        return write_signature_json(target, state, sign(state), options);
    }
    return write_signature_text(target, sign(state),
                                {wants_color(invocation), invocation.has("explain"), wanted_level(invocation)});
}

// An answer on its way from a reader: a letter for its completeness before it.
std::string pack(const Completeness completeness, const std::string& text) {
    if (completeness == Completeness::None) return "0";
    return (completeness == Completeness::Partial ? "~" : "=") + text;
}

// Answers come in any order, and are told in that of the command line as soon as all before are.
class Signer {
public:
    explicit Signer(const Invocation& invocation) : invocation_(invocation) {
        task_.read = invocation.read_options(ReadDepth::Stacks);
        task_.read.import_names = true;
        task_.read.native_lines = false;  // inlined calls differ from build to build: no signature looks at them
        task_.work = [&invocation](const Target& target, const ProcessState& state) {
            return pack(completeness_of(state, Subject::Python), sign_target(invocation, target.path, state));
        };
        task_.collect = [this] { return collect(); };
        task_.take = [this](const Target& target, const BatchResult& result) { take(target, result); };
    }

    ExitStatus run() {
        read_live();
        const auto run = run_batch(invocation_, task_);
        if (!run) return give_up(run.error());
        if (!tell_unread(invocation_, *run)) partial_ = true;
        if (written_ && invocation_.has("output")) written_ = write_file(invocation_.value("output"), text_);
        if (!written_) return give_up(written_.error());
        if (told_ == 0) return ExitStatus::NoAnswer;
        return partial_ ? ExitStatus::Partial : ExitStatus::Complete;
    }

private:
    ExitStatus give_up(const Error& error) const {
        print_error(invocation_.tool(), error.message);
        return ExitStatus::NoAnswer;
    }

    std::vector<std::string> named() const {
        return invocation_.has("pid") ? invocation_.values("pid") : invocation_.targets();
    }

    // Before the sandbox, which looks into no other process.
    void read_live() {
        for (const std::string& name : named()) {
            if (!names_process(name)) continue;
            const auto reading = read_live_process(parse_number(name).value_or(0), task_.read, {});
            if (reading) {
                answers_[name] = pack(completeness_of(reading->state, Subject::Python),
                                      sign_target(invocation_, name, reading->state));
            } else {
                complain(name, reading.error().message);
                answers_[name] = "";
            }
        }
    }

    CollectedTargets collect() {
        CollectedTargets all;
        for (const std::string& name : named()) {
            if (answers_.contains(name)) {
                expect(name);
                continue;
            }
            CollectedTargets some = collect_targets({name});
            for (Target& target : some.targets) add(std::move(target), all);
            std::move(some.unread.begin(), some.unread.end(), std::back_inserter(all.unread));
            std::move(some.notes.begin(), some.notes.end(), std::back_inserter(all.notes));
        }
        tell_ready();
        return all;
    }

    void add(Target target, CollectedTargets& all) {
        if (target.kind == TargetKind::Part) {
            all.unread.push_back({target.path, "is a part of a merge or triage, not of one process", {}, {}, {}});
            return;
        }
        if (expect(target.path)) all.targets.push_back(std::move(target));
    }

    // True if it was not named before.
    bool expect(const std::string& target) {
        order_.push_back(target);
        return ++times_[target] == 1;
    }

    void take(const Target& target, const BatchResult& result) {
        answers_[target.path] = result.error ? std::string() : result.text;
        tell_ready();
    }

    void tell_ready() {
        for (; written_ && next_ < order_.size() && answers_.contains(order_[next_]); ++next_) {
            const std::string& target = order_[next_];
            tell(target, answers_[target]);
            if (--times_[target] == 0) answers_.erase(target);
        }
    }

    void complain(const std::string& target, std::string_view message) {
        if (message.starts_with(target + ": ")) message.remove_prefix(target.size() + 2);
        print_error(invocation_.tool(), fmt::format("{}: {}", escape(target), escape(message)));
        partial_ = true;
    }

    // "": it was told why there is no answer, or will be.
    void tell(const std::string& target, const std::string& answer) {
        if (answer.empty()) return;
        if (answer == "0") return complain(target, "holds no stack that could be read");
        partial_ = partial_ || answer.front() == '~';
        ++told_;
        deliver(std::string_view(answer).substr(1));
    }

    void deliver(std::string_view line) {
        if (invocation_.has("output")) {
            text_ += line;
        } else {
            written_ = write_stdout(line);
        }
    }

    const Invocation& invocation_;
    BatchTask task_;
    std::vector<std::string> order_;              // of the command line; a target may be there twice
    std::map<std::string, std::size_t> times_;    // so often it has still to be told
    std::map<std::string, std::string> answers_;  // of these; of live processes from the begin on
    std::size_t next_ = 0;                        // in order_
    std::string text_;                            // for --output
    Result<void> written_;
    std::size_t told_ = 0;
    bool partial_ = false;
};

ExitStatus run(const Tool&, const Invocation& invocation) { return Signer(invocation).run(); }

std::vector<ToolOption> options() {
    std::vector<ToolOption> own = {
        {"format", "text|json", "A line for people, or a line of JSON, for each target."},
        {"level", "L1|L0|L2|L3",
         "Which signature the text begins with: `L0` the place, `L1` the bug, `L2` the whole stack as signatures "
         "see it, `L3` this build and these lines."},
        {"explain", "", "Every frame, and by which rule it counts or does not (text; JSON always tells)."}};
    for (ToolOption& option : batch_options()) own.push_back(std::move(option));
    return own;
}

}  // namespace

Tool sig_tool() {
    return {
        "sig",        "a signature of Python and native frames that tells the bug", ReadDepth::Stacks, options(), run,
        Targets::Many};
}

}  // namespace pycore
