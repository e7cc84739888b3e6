// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/module_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "process/module_match.h"

namespace pycore {
namespace {

constexpr std::size_t kNamedModules = 3;
constexpr std::uint64_t kMaxVdsoSize = 1 << 16;  // bytes; 8 KiB are usual

// The kernel's page is in the core and nowhere else.
void open_vdso(ModuleDraft& draft, const FileMemory& memory) {
    const std::uint64_t size = std::min(draft.module.range.size_bytes(), kMaxVdsoSize);
    auto copy = std::make_shared<std::vector<std::byte>>(size);
    if (!memory.read(draft.module.range.begin, *copy)) return;
    auto file = ElfFile::from_bytes(draft.module.path, *copy, copy);
    if (!file) return;
    draft.module.file = *std::move(file);
    draft.module.match = draft.module.build_id ? ModuleMatch::BuildId : ModuleMatch::Unverified;
}

bool is_usable(ModuleMatch match) { return match == ModuleMatch::BuildId || match == ModuleMatch::Unverified; }

// A file that is only guessed to be the one (it took the place of a deleted one, or has the same name)
// has to show a build-id, or pages that the core has too.
bool needs_evidence(const ModuleDraft& draft) {
    if (draft.module.build_id) return false;
    const bool replaced = path_before_deletion(draft.module.path).has_value();
    return is_bare_name(draft.module.path) || (replaced && !draft.image_from_core);
}

// True if the file is the one.
bool try_file(ModuleDraft& draft, const ModuleFileFinder::File& file, const FileMemory& memory) {
    Module& module = draft.module;
    const ModuleMatch match = needs_evidence(draft) ? ModuleMatch::Mismatch : match_file(*file, draft, memory);
    if (!is_usable(match) && module.found_path) return false;  // the first one found is the one to tell of
    module.match = match;
    module.found_path = file->path();
    if (!is_usable(match)) return false;
    module.file = file;
    if (!module.build_id) module.build_id = file->build_id();
    return true;
}

bool try_given_executable(ModuleDraft& draft, ModuleFileFinder& files, const FileMemory& memory,
                          Diagnostics& diagnostics) {
    const auto given = files.given_executable();
    if (!given) {
        diagnostics.warn(given.error().with_context("the given executable"));
        return false;
    }
    if (*given == nullptr || try_file(draft, *given, memory)) return *given != nullptr;
    diagnostics.warn({ErrorCode::InvalidArgument,
                      fmt::format("{} is not the program of this core ({}): its build-id is {}, the core has {}",
                                  (*given)->path(), draft.module.path, (*given)->build_id().value_or("missing"),
                                  draft.module.build_id.value_or("none")),
                      {}});
    return false;
}

void open_file(ModuleDraft& draft, ModuleFileFinder& files, const FileMemory& memory, Diagnostics& diagnostics) {
    if (draft.module.is_executable && try_given_executable(draft, files, memory, diagnostics)) return;
    for (const auto& file : files.find(draft.module.path, draft.module.build_id)) {
        if (try_file(draft, file, memory)) return;
    }
}

// A module without whose file something is missing from the answer.
bool matters(const Module& module, const std::set<const Module*>& with_threads) {
    return module.is_executable || with_threads.contains(&module);
}

std::string short_id(const std::optional<std::string>& build_id) { return build_id ? build_id->substr(0, 8) : "none"; }

std::string name_modules(const std::vector<const Module*>& modules) {
    std::vector<std::string> names;
    for (const Module* module : modules) {
        if (names.size() == kNamedModules) break;
        names.push_back(module->path);
        if (module->match != ModuleMatch::Unverified)
            names.back() += fmt::format(" (build-id {})", short_id(module->build_id));
    }
    const std::size_t more = modules.size() - names.size();
    return fmt::format("{}{}", fmt::join(names, ", "), more == 0 ? "" : fmt::format(" and {} more", more));
}

void tell(Severity severity, std::string_view problem, const std::vector<const Module*>& modules,
          Diagnostics& diagnostics) {
    if (modules.empty()) return;
    std::string message = fmt::format(
        "{}: {}; `pycore modules` lists all, --sysroot DIR (for the program: --executable FILE) names "
        "the files of the machine that the core is from",
        problem, name_modules(modules));
    diagnostics.add({severity, "not_found", std::move(message), {}, {}});
}

}  // namespace

void open_module_files(std::vector<ModuleDraft>& drafts, ModuleFileFinder& files, const FileMemory& memory,
                       Diagnostics& diagnostics) {
    for (ModuleDraft& draft : drafts) {
        if (draft.module.path == "[vdso]") {
            open_vdso(draft, memory);
        } else {
            open_file(draft, files, memory, diagnostics);
        }
    }
}

void tell_unknown_code(const ProcessSnapshot& process, const FileMemory& memory, Diagnostics& diagnostics) {
    std::size_t count = 0;
    Address first;
    for (const Thread& thread : process.threads) {
        const Address pc = thread.registers.pc();
        const auto region = memory.region_at(pc);
        if (!region || !region->executable || process.find_module(pc) != nullptr || !memory.view(pc, 1).empty())
            continue;
        if (count++ == 0) first = pc;
    }
    if (count == 0) return;
    diagnostics.warn({ErrorCode::Absent,
                      fmt::format("{} threads stand in code of which the core has neither a file's name nor bytes, the "
                                  "first at {}; their C stacks are unknown",
                                  count, to_string(first)),
                      first});
}

void tell_missing_files(const ProcessSnapshot& process, Diagnostics& diagnostics) {
    std::set<const Module*> with_threads;
    for (const Thread& thread : process.threads) with_threads.insert(process.find_module(thread.registers.pc()));
    for (const bool important : {true, false}) {
        std::vector<const Module*> missing, other_builds, unverified;
        for (const Module& module : process.modules) {
            if (matters(module, with_threads) != important || module.path == "[vdso]") continue;
            if (module.match == ModuleMatch::Missing) missing.push_back(&module);
            if (module.match == ModuleMatch::Mismatch) other_builds.push_back(&module);
            if (module.match == ModuleMatch::Unverified) unverified.push_back(&module);
        }
        const Severity severity = important ? Severity::Warning : Severity::Note;
        tell(severity, "files that the process had loaded are not here", missing, diagnostics);
        tell(severity, "files that the process had loaded are other builds here", other_builds, diagnostics);
        tell(Severity::Note, "files are used without a build-id to prove that they are the right ones", unverified,
             diagnostics);
    }
}

}  // namespace pycore
