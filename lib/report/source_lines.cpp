// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/source_lines.h"

#include <sys/stat.h>

#include <algorithm>

namespace pycore {
namespace {

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return text.ends_with(end); });
}

// A module by its suffix, or a script by its first line.
bool looks_like_python(std::string_view path, std::string_view text) {
    if (ends_with_any(path, {".py", ".pyw", ".pyx", ".pxd", ".pxi"})) return true;
    const std::string_view first_line = text.substr(0, std::min(text.find('\n'), text.size()));
    return first_line.starts_with("#!") && first_line.find("python") != std::string_view::npos;
}

std::string_view text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

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

// The file below the sysroot, where links do not lead out of it, else the file at the path itself.
Result<std::shared_ptr<const MappedFile>> open_source(const std::string& sysroot, const std::string& path) {
    if (!sysroot.empty() && path.starts_with('/')) {
        if (auto mapped = MappedFile::open_in_root(sysroot, path)) return mapped;
    }
    return MappedFile::open(path);
}

}  // namespace

SourceLines::File SourceLines::open(const std::string& path) const {
    auto mapped = open_source(search_.sysroot, path);
    if (!mapped || (*mapped)->bytes().size() > kMaxFileBytes) return {};
    if (!looks_like_python(path, text_of(**mapped))) return {};
    File file;
    file.line_begins = find_line_begins(text_of(**mapped));
    file.mapped = *std::move(mapped);
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
    std::string_view line = text_of(*file.mapped).substr(begin, file.line_begins[index] - begin);
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
