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
#include "report/completeness.h"
#include "report/triage_part_json.h"

namespace pycore {
namespace {

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

// What is this run's to read.
CollectedTargets collect_inputs(const Invocation& invocation, const InputOptions& options) {
    CollectedTargets collected = collect_targets(invocation.targets());
    const auto is_elsewhere = [&](const auto& target) {
        return shard_of(target.path, options.shard.count) != options.shard.index;
    };
    std::erase_if(collected.targets, is_elsewhere);
    std::erase_if(collected.unread, is_elsewhere);
    if (!options.only_parts) return collected;
    std::erase_if(collected.targets, [&](const Target& target) {
        if (target.kind == TargetKind::Part) return false;
        collected.unread.push_back({target.path, "is no part of a triage (pycore triage --partial)", {}, {}, {}});
        return true;
    });
    return collected;
}

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
    PartMerger merger;
    BatchTask task;
    task.read = invocation.read_options(ReadDepth::Stacks);
    task.read.import_names = true;
    task.read.count_touched = invocation.has("verbose");
    task.work = sign_target;
    task.collect = [&] { return collect_inputs(invocation, options); };
    task.take = [&](const Target& target, const BatchResult& result) { merger.add(part_of_result(target, result)); };
    auto run = run_batch(invocation, task);
    if (!run) return std::move(run).error();
    for (const UnreadTarget& unread : run->collected.unread) merger.add(part_of_unread(unread));
    return ReadInputs{std::move(merger).take(), *std::move(run)};
}

}  // namespace pycore
