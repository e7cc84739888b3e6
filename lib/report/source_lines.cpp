// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/source_lines.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/python_source.h"

namespace pycore {
namespace {

std::vector<std::size_t> find_line_begins(std::string_view text) {
    std::vector<std::size_t> begins{0};
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
        begins.push_back(end + 1);
    }
    if (begins.back() != text.size()) begins.push_back(text.size());
    return begins;
}

bool is_changed_after(const std::string& path, std::optional<std::int64_t> moment) {
    struct stat status {};
    return moment && ::stat(path.c_str(), &status) == 0 && status.st_mtime > *moment;
}

}  // namespace

SourceLines::File SourceLines::open(const std::string& path) const {
    File file;
    if (search_.texts != nullptr) {
        const auto known = search_.texts->find(path);
        if (known != search_.texts->end()) {
            file.text = known->second;
            file.line_begins = find_line_begins(file.text);
            return file;
        }
    }
    if (search_.silent != nullptr && search_.silent->contains(path)) return {};
    file.mapped = open_python_source(search_.sysroot, path);
    if (!file.mapped) return {};
    file.text = text_of(*file.mapped);
    file.line_begins = find_line_begins(file.text);
    file.changed = is_changed_after(file.mapped->path(), search_.dumped_at);
    return file;
}

std::optional<std::string_view> SourceLines::find(const std::string& path, std::int64_t number) {
    if (use_ == Use::Never) return std::nullopt;
    auto found = files_.find(path);
    if (found == files_.end()) found = files_.emplace(path, open(path)).first;
    File& file = found->second;
    if (number < 1 || static_cast<std::uint64_t>(number) >= file.line_begins.size()) return std::nullopt;
    const auto index = static_cast<std::size_t>(number);
    const std::size_t begin = file.line_begins[index - 1];
    std::string_view line = file.text.substr(begin, file.line_begins[index] - begin);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    file.used = true;
    return line;
}

std::vector<std::string> SourceLines::changed_files() const {
    std::vector<std::string> changed;
    for (const auto& [path, file] : files_) {
        if (file.used && file.changed) changed.push_back(path);
    }
    std::sort(changed.begin(), changed.end());
    return changed;
}

}  // namespace pycore
