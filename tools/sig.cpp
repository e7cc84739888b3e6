// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>
#include <sys/stat.h>

#include <map>

#include "analysis/signature.h"
#include "base/mapped_file.h"
#include "base/parse_number.h"
#include "output.h"
#include "report/completeness.h"
#include "report/escape.h"
#include "report/signature_report.h"
#include "report/stacks_reader.h"
#include "sandboxed.h"
#include "tool.h"

namespace pycore {
namespace {

using Reading = Result<ProcessState>;

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

bool use_color(const Invocation& invocation) {
    const std::string choice = invocation.value("color");
    if (choice == "always") return true;
    return choice == "auto" && !invocation.has("output") && pycore::use_color(ColorChoice::Auto);
}

class Signer {
public:
    Signer(const Invocation& invocation, const ReadOptions& read) : invocation_(invocation), read_(read) {}

    ExitStatus run() {
        const std::vector<std::string> targets = targets_of(invocation_);
        for (const std::string& target : targets) {
            if (names_process(target)) live_.emplace(target, read_live(target));
        }
        enter_sandbox_for(invocation_, read_);  // not before: it looks into no other process
        for (const std::string& target : targets) {
            tell(target, live_.contains(target) ? std::move(live_.at(target)) : read_file(target));
            if (!written_) break;
        }
        if (written_ && invocation_.has("output")) written_ = write_file(invocation_.value("output"), text_);
        if (!written_) {
            print_error(invocation_.tool(), written_.error().message);
            return ExitStatus::NoAnswer;
        }
        if (told_ == 0) return ExitStatus::NoAnswer;
        return partial_ ? ExitStatus::Partial : ExitStatus::Complete;
    }

private:
    static std::vector<std::string> targets_of(const Invocation& invocation) {
        return invocation.has("pid") ? invocation.values("pid") : invocation.targets();
    }

    Reading read_live(const std::string& target) const {
        auto reading = read_live_process(parse_number(target).value_or(0), read_, {});
        if (!reading) return std::move(reading).error();
        return std::move(reading->state);
    }

    Reading read_file(const std::string& target) {
        const auto file = MappedFile::open(target);
        if (file) {
            const auto bytes = (*file)->bytes();
            const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            if (looks_like_stacks_json(text.substr(0, 4096))) return saved_.read(text);
        }
        return read_process(target, read_);
    }

    void complain(const std::string& target, std::string_view message) {
        if (message.starts_with(target + ": ")) message.remove_prefix(target.size() + 2);
        print_error(invocation_.tool(), fmt::format("{}: {}", escape(target), escape(message)));
        partial_ = true;
    }

    void tell(const std::string& target, const Reading& reading) {
        if (!reading) return complain(target, reading.error().message);
        const Completeness completeness = completeness_of(*reading, Subject::Python);
        if (completeness == Completeness::None) return complain(target, "holds no stack that could be read");
        partial_ = partial_ || completeness == Completeness::Partial;
        ++told_;
        deliver(invocation_.value("format") == "json" ? json(target, *reading) : text(target, *reading));
    }

    std::string json(const std::string& target, const ProcessState& state) const {
        JsonOptions options;
        options.tool_version = std::string(version());
        return write_signature_json(target, state, sign(state), options);
    }

    std::string text(const std::string& target, const ProcessState& state) const {
        return write_signature_text(target, sign(state),
                                    {use_color(invocation_), invocation_.has("explain"), wanted_level(invocation_)});
    }

    void deliver(const std::string& line) {
        if (invocation_.has("output")) {
            text_ += line;
        } else {
            written_ = write_stdout(line);
        }
    }

    const Invocation& invocation_;
    ReadOptions read_;
    StacksReader saved_;
    std::map<std::string, Reading> live_;
    std::string text_;  // for --output
    Result<void> written_;
    std::size_t told_ = 0;
    bool partial_ = false;
};

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    ReadOptions read = invocation.read_options(tool.needs);
    read.import_names = true;
    read.native_lines = false;  // inlined calls differ from build to build: no signature looks at them
    return Signer(invocation, read).run();
}

}  // namespace

Tool sig_tool() {
    return {"sig",
            "a signature of Python and native frames that tells the bug",
            ReadDepth::Stacks,
            {{"format", "text|json", "A line for people, or a line of JSON, for each target."},
             {"level", "L1|L0|L2|L3",
              "Which signature the text begins with: `L0` the place, `L1` the bug, `L2` the whole stack as signatures "
              "see it, `L3` this build and these lines."},
             {"explain", "", "Every frame, and by which rule it counts or does not (text; JSON always tells)."}},
            run,
            Targets::Many};
}

}  // namespace pycore
