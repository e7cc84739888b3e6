// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/python_source.h"

#include <algorithm>
#include <initializer_list>

namespace pycore {
namespace {

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return text.ends_with(end); });
}

Result<std::shared_ptr<const MappedFile>> open_source(const std::string& sysroot, const std::string& path) {
    if (!sysroot.empty() && path.starts_with('/')) {
        if (auto mapped = MappedFile::open_in_root(sysroot, path)) return mapped;
    }
    return MappedFile::open(path);
}

}  // namespace

bool looks_like_python(std::string_view path, std::string_view text) {
    if (ends_with_any(path, {".py", ".pyw", ".pyx", ".pxd", ".pxi"})) return true;
    const std::string_view first_line = text.substr(0, std::min(text.find('\n'), text.size()));
    return first_line.starts_with("#!") && first_line.find("python") != std::string_view::npos;
}

std::shared_ptr<const MappedFile> open_python_source(const std::string& sysroot, const std::string& path) {
    auto file = open_source(sysroot, path);
    if (!file || (*file)->bytes().size() > kMaxSourceBytes || !looks_like_python(path, text_of(**file))) return nullptr;
    return *std::move(file);
}

std::string_view text_of(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace pycore
