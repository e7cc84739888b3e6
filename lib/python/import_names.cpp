// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/import_names.h"

#include <algorithm>
#include <unordered_map>

#include "python/dict_object.h"

namespace pycore {
namespace {

constexpr std::uint64_t kMaxPathEntries = 1000;

bool is_identifier(std::string_view word) {
    const auto fits = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    return !word.empty() && !(word[0] >= '0' && word[0] <= '9') && std::all_of(word.begin(), word.end(), fits);
}

std::string_view without_extension(std::string_view file) {
    for (const std::string_view end : {std::string_view(".py"), std::string_view(".pyc"), std::string_view(".pyw")}) {
        if (file.ends_with(end)) return file.substr(0, file.size() - end.size());
    }
    return {};
}

// "pkg/mod" -> "pkg.mod", "pkg/__init__" -> "pkg"; empty if a part of it is no name.
std::string dotted_name(std::string_view relative) {
    std::string name;
    while (!relative.empty()) {
        const std::size_t slash = std::min(relative.find('/'), relative.size());
        const std::string_view word = relative.substr(0, slash);
        relative.remove_prefix(std::min(slash + 1, relative.size()));
        if (!is_identifier(word)) return {};
        if (relative.empty() && word == "__init__" && !name.empty()) return name;
        if (!name.empty()) name += '.';
        name += word;
    }
    return name;
}

}  // namespace

Result<std::vector<std::string>> read_import_path(const Remote& remote, TypeObjects& types, Address interpreter) {
    const auto names = read_pointer_field(remote, interpreter, remote.layout.interpreter_state.sysdict, "sysdict");
    if (!names) return names.error();
    std::vector<std::string> path;
    if (!*names) return path;
    const auto list = find_item(remote, types, *names, "path");
    if (!list) return list.error();
    if (!*list) return path;
    const auto& fields = remote.layout.list_object;
    const auto size = read_field<std::int64_t>(remote, **list, fields.ob_size, "the length of sys.path");
    const auto items = read_pointer_field(remote, **list, fields.ob_item, "sys.path");
    if (!size) return size.error();
    if (!items) return items.error();
    const auto count = std::clamp<std::int64_t>(*size, 0, kMaxPathEntries);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto item = read_address(remote.memory, *items + static_cast<std::uint64_t>(i) * 8);
        if (!item) return item.error();
        if (auto text = read_text(remote, types, *item)) path.push_back(*std::move(text));
    }
    return path;
}

std::string imported_name(std::string_view file, std::span<const std::string> path) {
    std::string_view relative;
    for (const std::string& entry : path) {
        if (entry.empty() || !file.starts_with(entry)) continue;
        std::string_view rest = file.substr(entry.size());
        if (!entry.ends_with('/') && !rest.starts_with('/')) continue;
        rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
        if (relative.empty() || rest.size() < relative.size()) relative = rest;
    }
    return dotted_name(without_extension(relative));
}

void name_modules(const Remote& remote, TypeObjects& types, const InterpreterState& interpreter,
                  std::span<PythonThread> threads, Diagnostics& diagnostics) {
    const auto path = read_import_path(remote, types, interpreter.address);
    if (!path) {
        diagnostics.note(path.error().with_context("sys.path cannot be read, modules are named by their files"));
        return;
    }
    std::unordered_map<std::string, std::string> known;
    for (PythonThread& thread : threads) {
        if (thread.interpreter_id != interpreter.id) continue;
        for (Activation& activation : thread.activations) {
            for (PythonFrame& frame : activation.frames) {
                if (!frame.file) continue;
                const auto [found, fresh] = known.try_emplace(*frame.file);
                if (fresh) found->second = imported_name(*frame.file, *path);
                if (found->second.empty()) continue;
                if (!ReadBudget::take(remote.budget.text_bytes, found->second.size())) return;
                frame.module = found->second;
            }
        }
    }
}

}  // namespace pycore
