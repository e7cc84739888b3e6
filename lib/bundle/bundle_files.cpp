// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "bundle/bundle_files.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/python_source.h"
#include "elf/debug_file_finder.h"
#include "process/loaded_image.h"
#include "state/merged_frames.h"

namespace pycore {
namespace {

// A module beyond that of which nothing is on the stacks is there by its headers: no answer needs its code.
constexpr std::size_t kMaxIdleModule = 16 << 20;

class Gatherer {
public:
    Gatherer(const ProcessSnapshot& process, const ProcessState& state, const FileSearch& search,
             const BundleOptions& options)
        : process_(process),
          state_(state),
          search_(search),
          options_(options),
          debug_files_({search.debug_dirs, search.sysroot, search.use_debuginfod, process.bundle}) {}

    BundleFiles gather() {
        find_busy_modules();
        for (const Module& module : process_.modules) {
            if (module.path == "[vdso]") continue;  // the core has it
            if (module.file) {
                add_module(module);
            } else {
                result_.left_out.push_back(fmt::format("{}: no such file here, or not that build", module.path));
            }
        }
        if (options_.sources) add_sources();
        return std::move(result_);
    }

private:
    // Modules that frames are in, and the interpreter's.
    void find_busy_modules() {
        for_each_native_frame(state_, [&](const NativeFrame& frame) {
            if (const Module* module = process_.find_module(frame.lookup_pc())) busy_.insert(module);
        });
        if (state_.runtime && state_.runtime->runtime_address) {
            busy_.insert(process_.find_module(*state_.runtime->runtime_address));
        }
    }

    void add_module(const Module& module) {
        const bool busy = busy_.contains(&module) || module.is_executable;
        add_elf(*module.file, BundledFile::Kind::Module, module.path, busy);
        if (!busy) return;
        const auto debug_file = debug_files_.find(*module.file);
        if (debug_file) add_elf(*debug_file, BundledFile::Kind::DebugFile, debug_file->path(), true);
        const auto alternate = debug_files_.find_alternate(debug_file ? *debug_file : *module.file);
        if (alternate) add_elf(*alternate, BundledFile::Kind::DebugFile, alternate->path(), true);
    }

    void add_elf(const ElfFile& file, BundledFile::Kind kind, const std::string& path, bool whole) {
        if (!added_.insert({kind, file.build_id().value_or(path)}).second) return;
        BundledFile entry{kind, path, file.build_id(), file.bytes(), true, file.owner()};
        if (const auto fresh = file.reopen()) {  // libelf may have edited the bytes that were read
            const auto again = ElfFile::from_bytes(path, (*fresh)->bytes(), *fresh);
            if (!again || (*again)->build_id() != file.build_id() || (*fresh)->bytes().size() != file.bytes().size()) {
                result_.left_out.push_back(fmt::format("{}: was replaced meanwhile", path));
                return;
            }
            entry.bytes = (*fresh)->bytes();
            entry.owner = *fresh;
        }
        if (!whole && entry.build_id && entry.bytes.size() > kMaxIdleModule) cut_to_headers(file, entry);
        result_.files.push_back(std::move(entry));
    }

    // The front of the file, up to its build-id: what is behind reads as absent, never as zeros.
    void cut_to_headers(const ElfFile& file, BundledFile& entry) {
        constexpr std::uint64_t kMaxHeaders = 1 << 16;
        std::uint64_t end = kPageSize;
        for (const ElfSegment& segment : file.segments()) {
            if (segment.type != PT_NOTE || segment.offset > kMaxHeaders || segment.file_size > kMaxHeaders) continue;
            end = std::max(end, segment.offset + segment.file_size);
        }
        const auto front = entry.bytes.first(std::min<std::uint64_t>(end, entry.bytes.size()));
        const auto cut = ElfFile::from_bytes(entry.path, front, entry.owner);
        if (!cut || (*cut)->build_id() != entry.build_id) return;
        entry.bytes = front;
        entry.whole = false;
    }

    void add_sources() {
        std::set<std::string> paths;
        for_each_python_frame(state_, [&](const PythonFrame& frame) {
            if (frame.file) paths.insert(*frame.file);
        });
        for (const std::string& path : paths) add_source(path);
    }

    void add_source(const std::string& path) {
        BundledFile entry{BundledFile::Kind::Source, path, {}, {}, true, nullptr};
        const auto known = state_.sources.find(path);
        if (known != state_.sources.end()) {
            entry.bytes = std::as_bytes(std::span(known->second));
        } else {
            if (state_.silent_files.contains(path)) return;  // that was told
            const bool relative = !path.starts_with('/') && !options_.source_folder.empty();
            const auto file =
                open_python_source(search_.sysroot, relative ? options_.source_folder + "/" + path : path);
            if (!file) return;  // "<string>", "<frozen importlib._bootstrap>"
            entry.bytes = file->bytes();
            entry.owner = file;
        }
        result_.files.push_back(std::move(entry));
    }

    const ProcessSnapshot& process_;
    const ProcessState& state_;
    const FileSearch& search_;
    const BundleOptions& options_;
    DebugFileFinder debug_files_;
    std::set<const Module*> busy_;
    std::set<std::pair<BundledFile::Kind, std::string>> added_;
    BundleFiles result_;
};

}  // namespace

BundleFiles find_bundle_files(const ProcessSnapshot& process, const ProcessState& state, const FileSearch& search,
                              const BundleOptions& options) {
    return Gatherer(process, state, search, options).gather();
}

}  // namespace pycore
