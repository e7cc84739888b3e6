// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/triage_samples.h"

#include <fmt/format.h>

#include "analysis/triage.h"
#include "analysis/triage_part.h"
#include "support/state_builder.h"
#include "support/triage_builder.h"

namespace pycore::test {
namespace {

std::vector<ThreadState> crashed_thread(const std::string& function, const std::string& file) {
    MergedFrame site = native_call_at(function, "ext.c", 44);
    site.crash_site = true;
    ThreadState thread = python_thread_state(
        7, "MainThread", {python_call("<module>", file, 9), python_call("load", file, 12, 4, 30), std::move(site)});
    thread.crashed = thread.main = true;
    return {std::move(thread)};
}

TriagePart read_input(const std::string& path, StackItem stack, const std::string& function, const std::string& file) {
    TriagePart part = input_with(path, std::move(stack));
    part.stacks.front().threads = crashed_thread(function, file);
    TriageInput& input = part.inputs.front();
    input.version = "3.13.5";
    input.executable = "/usr/bin/python3.13";
    input.host = "node1";
    input.rank = 3;
    input.time = 1'700'000'000;
    return part;
}

TriageReport report_with(const std::string& name, const std::string& file) {
    const StackItem decode = stack_of("SIGSEGV null", {"ext!decode" + name, "app.io:load", "__main__:<module>"});
    const StackItem solve = stack_of("SIGABRT: " + name, {"blas!solve", "app.fit:fit", "app.cli:fit"});
    const StackItem spin = stack_of("hang", {"libc!wait", "app.queue:get", "app.serve:run"});
    std::vector<TriagePart> known = {input_with("old.1", decode), input_with("old.2", spin)};
    Baseline baseline = update_baseline({}, triage(merge_parts(std::move(known)), Baseline{}));
    for (BaselineEntry& entry : baseline.entries) {
        if (entry.signatures.front() == decode.L1) entry.status = BaselineStatus::Fixed;
        if (entry.signatures.front() == decode.L1) entry.title = "decode" + name;
    }
    std::vector<TriagePart> parts = {
        read_input("core.1" + name, decode, "decode" + name, file), read_input("core.2", decode, "decode", file),
        read_input("core.3", solve, "solve" + name, file), read_input("core.4", spin, "wait", file),
        unreadable_input("core.5" + name, "is no core" + name)};
    parts[1].inputs.front().status = InputStatus::Partial;
    parts[1].inputs.front().reason = "libfoo.so is not there" + name;
    parts[2].inputs.front().host = "host" + name;
    return triage(merge_parts(std::move(parts)), baseline);
}

}  // namespace

std::string hostile_name() {
    return "</script><!--\"'&]]>\x1b[31m\xe2\x80\xae\xed\xb2\x80\xff```|[x](http://evil)@me#1\n*_~\x01\xef\xbf\xbf{0}";
}

TriageReport triage_report() { return report_with("", "/job/app/io.py"); }

TriageReport hostile_report() { return report_with(hostile_name(), "/job/" + hostile_name() + ".py"); }

TriageReport large_report(std::size_t causes) {
    std::vector<TriagePart> parts;
    for (std::size_t bug = 0; bug < causes; ++bug) {
        const std::string function = fmt::format("fail_{}", bug);
        parts.push_back(read_input(fmt::format("cores/core.{}", bug), made_up_stack(bug, 0), function, "/job/app.py"));
    }
    return triage(merge_parts(std::move(parts)), std::nullopt);
}

}  // namespace pycore::test
