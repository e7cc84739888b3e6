// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/read_one.h"

#include <new>
#include <utility>

#include "base/mapped_file.h"
#include "report/stacks_reader.h"
#include "unpack/unpack_file.h"

namespace pycore {
namespace {

using Clock = std::chrono::steady_clock;

Result<std::shared_ptr<const MappedFile>> open_unpacked(const std::string& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    const auto compression = find_compression((*file)->bytes());
    if (!compression) return file;
    auto unpacked = unpack_file(**file, *compression);
    if (!unpacked) return std::move(unpacked).error().with_context("cannot be unpacked");
    if (unpacked->cut) return std::move(*unpacked->cut).with_context("cannot be unpacked");
    return std::move(unpacked->file);
}

std::string_view text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

Result<ProcessState> read_state(const Target& target, const ReadOptions& options, BatchResult& result) {
    if (target.kind == TargetKind::Process) {
        auto state = read_process(target.path, options);
        if (state) result.bytes_touched = state->touched_bytes;
        return state;
    }
    const auto file = open_unpacked(target.path);
    if (!file) return file.error();
    result.bytes_touched = (*file)->bytes().size();
    thread_local StacksReader reader;
    return reader.read(text_of(**file));
}

void read_part(const Target& target, BatchResult& result) {
    const auto file = open_unpacked(target.path);
    if (!file) {
        result.error = file.error().message;
        return;
    }
    result.text = text_of(**file);
    result.bytes_touched = result.text.size();
}

void read(const Target& target, const TargetWork& work, const ReadOptions& options, BatchResult& result) {
    if (target.kind == TargetKind::Part) return read_part(target, result);
    const auto state = read_state(target, options, result);
    if (state) {
        result.text = work(target, *state);
    } else {
        result.error = state.error().message;
    }
}

}  // namespace

BatchResult read_one(const Target& target, const TargetWork& work, const ReadOptions& options) {
    BatchResult result;
    const auto begin = Clock::now();
    try {
        read(target, work, options, result);
    } catch (const std::bad_alloc&) {
        result.error = "reading it takes more memory than there is for each reader; try fewer with --jobs";
    } catch (const std::exception& error) {
        result.error = error.what();
    }
    result.time = Clock::now() - begin;
    return result;
}

}  // namespace pycore
