// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "triage_inputs.h"

#include <sys/stat.h>

#include <algorithm>

#include "analysis/part_of_input.h"
#include "analysis/signature.h"
#include "analysis/triage_part.h"
#include "base/parse_number.h"
#include "base/sha256.h"
#include "batch/collect_targets.h"
#include "batch/read_targets.h"
#include "progress_bar.h"
#include "report/completeness.h"
#include "report/triage_part_json.h"
#include "sandboxed.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::int64_t> time_of_change(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional<std::int64_t>(status.st_mtime) : std::nullopt;
}

// What is missing of a process, in one sentence; "" if nothing is.
std::string loss_of(const ProcessState& state) {
    std::string loss;
    std::size_t others = 0;
    for (const Diagnostic& diagnostic : state.diagnostics) {
        if (diagnostic.severity == Severity::Note) continue;
        loss.empty() ? void(loss = diagnostic.message) : void(++others);
    }
    return others == 0 ? loss : loss + " (and " + std::to_string(others) + " more)";
}

// Runs in a reader process. What it returns is text for its parent: a part with one input.
std::string sign_target(const Target& target, const ProcessState& state) {
    if (completeness_of(state, Subject::Python) == Completeness::None) {
        return write_triage_part(part_of_unreadable(target.path, "holds no stack that could be read"), version());
    }
    TriageInput input;
    input.path = target.path;
    input.reason = loss_of(state);
    input.status = input.reason.empty() ? InputStatus::Read : InputStatus::Partial;
    input.rank = state.process.job_place.rank ? state.process.job_place.rank : target.rank;
    input.host = state.process.job_place.host ? state.process.job_place.host : target.host;
    input.time = time_of_change(target.path);
    return write_triage_part(part_of(std::move(input), state, sign(state)), version());
}

TriagePart part_of_result(const Target& target, const BatchResult& result) {
    if (result.error) return part_of_unreadable(target.path, *result.error);
    auto part = read_triage_part(result.text);
    return part ? *std::move(part) : part_of_unreadable(target.path, part.error().message);
}

TriagePart part_of_unread(const UnreadTarget& unread) {
    TriagePart part = part_of_unreadable(unread.path, unread.reason);
    part.inputs.front().rank = unread.rank;
    part.inputs.front().host = unread.host;
    return part;
}

class InputReader {
public:
    InputReader(const InputOptions& options, CollectedTargets collected)
        : options_(options), collected_(std::move(collected)) {
        inputs_.passed_over = collected_.passed_over;
        inputs_.notes = std::move(collected_.notes);
    }

    Result<ReadInputs> read(TargetReader& reader) {
        take_shard();
        for (const UnreadTarget& unread : collected_.unread) merger_.add(part_of_unread(unread));
        refuse_what_is_no_part();
        const auto begin = Clock::now();
        ProgressBar bar("inputs", collected_.targets.size());
        auto done = reader.read(collected_.targets, [&](BatchResult result) {
            take(result);
            bar.step();
        });
        if (!done) return std::move(done).error();
        inputs_.wall = Clock::now() - begin;
        inputs_.part = std::move(merger_).take();
        return std::move(inputs_);
    }

private:
    void take_shard() {
        const auto elsewhere = [&](const auto& target) {
            return shard_of(target.path, options_.shard.count) != options_.shard.index;
        };
        std::erase_if(collected_.targets, elsewhere);
        std::erase_if(collected_.unread, elsewhere);
    }

    void refuse_what_is_no_part() {
        if (!options_.only_parts) return;
        std::erase_if(collected_.targets, [&](const Target& target) {
            if (target.kind == TargetKind::Part) return false;
            merger_.add(part_of_unreadable(target.path, "is no part of a triage (pycore triage --partial)"));
            return true;
        });
    }

    void take(const BatchResult& result) {
        const Target& target = collected_.targets[result.index];
        merger_.add(part_of_result(target, result));
        inputs_.busy += result.time;
        if (target.kind != TargetKind::Process) return;
        ++inputs_.files;
        inputs_.file_bytes += target.size_bytes;
        inputs_.touched_bytes += result.bytes_touched;
    }

    InputOptions options_;
    CollectedTargets collected_;
    PartMerger merger_;
    ReadInputs inputs_;
};

}  // namespace

std::optional<Shard> parse_shard(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto index = parse_number(text.substr(0, slash));
    const auto count = parse_number(text.substr(slash + 1));
    if (!index || !count || *index < 0 || *count < 1 || *index >= *count) return std::nullopt;
    return Shard{static_cast<std::uint64_t>(*index), static_cast<std::uint64_t>(*count)};
}

std::uint64_t shard_of(std::string_view path, std::uint64_t count) {
    const std::string digest = sha256_hex(path, 16);
    return std::stoull(digest, nullptr, 16) % count;
}

Result<ReadInputs> read_inputs(const Invocation& invocation, const InputOptions& options) {
    BatchOptions batch;
    batch.read = invocation.read_options(ReadDepth::Stacks);
    batch.read.import_names = true;
    batch.read.count_touched = invocation.has("verbose");
    batch.jobs = options.jobs;
    batch.confine = [&] { enter_reader_sandbox(invocation, batch.read); };
    auto reader = TargetReader::start(sign_target, batch);
    if (!reader) return std::move(reader).error();
    enter_sandbox_for(invocation, batch.read);
    return InputReader(options, collect_targets(invocation.targets())).read(*reader);
}

}  // namespace pycore
