// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/frame_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pycore {
namespace {

using namespace std::string_view_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool cut_end(std::string_view& text, std::string_view end) {
    if (!text.ends_with(end)) return false;
    text.remove_suffix(end.size());
    return true;
}

// Variants for one processor of what has one name in the source (sysdeps/x86_64/multiarch of glibc).
std::string_view without_processor(std::string_view name) {
    constexpr std::array kMarks = {"_sse"sv, "_ssse"sv, "_avx"sv, "_evex"sv, "_erms"sv, "_unaligned"sv, "_sysv"sv};
    if (!name.starts_with("__")) return name;
    const std::string_view rest = name.substr(2);
    std::size_t cut = rest.size();
    for (const std::string_view mark : kMarks) cut = std::min(cut, rest.find(mark));
    return cut == rest.size() ? name : rest.substr(0, cut);
}

std::string_view plain_c_name(std::string_view name) {
    name = without_processor(name.substr(0, name.find('@')));
    if (name.starts_with("__GI_")) name.remove_prefix(5);
    cut_end(name, "_impl");  // Argument Clinic's half of a function, which some builds inline
    return name;
}

// The place behind the bracket that closes the one at `open`; the end of the text if none does.
std::size_t behind_bracket(std::string_view text, std::size_t open, char left, char right) {
    std::size_t depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        if (text[i] == left) ++depth;
        // "->" closes nothing
        if (text[i] == right && !(right == '>' && i > 0 && text[i - 1] == '-') && --depth == 0) return i + 1;
    }
    return text.size();
}

constexpr std::string_view kOperator = "operator";

// "operator()", "operator<", "operator->": the characters behind the word are its name.
std::size_t behind_operator(std::string_view text, std::size_t at) {
    std::size_t end = at + kOperator.size();
    if (text.substr(end, 2) == "()") return end + 2;
    while (end < text.size() && std::string_view("<>=-!+*/%^&|~,[]").find(text[end]) != std::string_view::npos) ++end;
    return end;
}

bool is_operator(std::string_view text, std::size_t at) {
    const std::size_t end = at + kOperator.size();
    return text.substr(at).starts_with(kOperator) && (at == 0 || !is_word(text[at - 1])) &&
           (end == text.size() || !is_word(text[end]));
}

// C++ as demanglers write it, without arguments and template arguments; what is left in front is the type
// that a template function returns.
std::string without_arguments(std::string_view name) {
    std::string out;
    std::size_t i = 0;
    while (i < name.size()) {
        const char c = name[i];
        if (is_operator(name, i)) {
            const std::size_t end = behind_operator(name, i);
            out += name.substr(i, end - i);
            const std::string_view rest = name.substr(end);
            if (end == i + kOperator.size() && rest.starts_with(' ')) {  // a conversion, new, delete
                return out.append(rest.substr(0, rest.find('(')));
            }
            const std::size_t types = rest.starts_with(" <") ? end + 1 : end;
            i = types < name.size() && name[types] == '<' ? behind_bracket(name, types, '<', '>') : end;
        } else if (name.substr(i).starts_with("(anonymous namespace)")) {
            out += "{anonymous}";
            i += "(anonymous namespace)"sv.size();
        } else if (c == '(') {
            i = behind_bracket(name, i, '(', ')');
        } else if (c == '<' && i > 0) {
            i = behind_bracket(name, i, '<', '>');
            out += "<T>";
        } else if (c == '{' || c == '\'') {  // {lambda(int)#1}, 'lambda0'(int), {closure#0}
            const std::size_t end = c == '{' ? behind_bracket(name, i, '{', '}') : name.find('\'', i + 1) + 1;
            std::size_t word = i + 1;
            while (word < name.size() && (is_word(name[word]) && !is_digit(name[word]))) ++word;
            out += "{" + std::string(name.substr(i + 1, word - i - 1)) + "}";
            i = end == 0 ? name.size() : end;
        } else if (c == '[') {  // [abi:cxx11], [clone .cold]
            i = behind_bracket(name, i, '[', ']');
        } else {
            out += c;
            ++i;
        }
    }
    return out;
}

void cut_qualifiers(std::string& name) {
    std::string_view left = name;
    while (cut_end(left, " const") || cut_end(left, " volatile") || cut_end(left, "&") || cut_end(left, " ")) {
    }
    name.resize(left.size());
    const std::size_t last_operator = name.find("operator");
    const std::size_t blank = name.rfind(' ', last_operator == std::string::npos ? std::string::npos : last_operator);
    if (blank != std::string::npos && name.front() != '<') name.erase(0, blank + 1);
}

// "libblas-1f2e3d4c" of auditwheel, "libc-2.31": what the build or the release put behind the name.
std::string_view without_hash_or_version(std::string_view stem) {
    const std::size_t dash = stem.rfind('-');
    if (dash == std::string_view::npos || dash == 0) return stem;
    const std::string_view tail = stem.substr(dash + 1);
    const bool hash = tail.size() == 8 && std::all_of(tail.begin(), tail.end(), is_hex);
    const bool version = !tail.empty() && std::all_of(tail.begin(), tail.end(), is_digit);
    return hash || version ? stem.substr(0, dash) : stem;
}

constexpr std::array kPackageFolders = {"/site-packages/"sv, "/dist-packages/"sv};

// What stands behind the last folder that packages are installed in.
std::string_view below_packages(std::string_view path) {
    for (const std::string_view folder : kPackageFolders) {
        const std::size_t at = path.rfind(folder);
        if (at != std::string_view::npos) return path.substr(at + folder.size());
    }
    return {};
}

// What stands behind "/lib/python3.13/", where the standard library lies.
std::string_view below_library(std::string_view path) {
    constexpr std::string_view kLibrary = "/python3";
    for (std::size_t at = path.rfind(kLibrary); at != std::string_view::npos && at > 0;
         at = path.rfind(kLibrary, at - 1)) {
        std::size_t end = at + kLibrary.size();
        while (end < path.size() && (is_digit(path[end]) || path[end] == '.' || path[end] == 't' || path[end] == 'd'))
            ++end;
        const std::string_view before = path.substr(0, at);
        const bool is_lib = before.ends_with("/lib") || before.ends_with("/lib64");
        if (is_lib && end < path.size() && path[end] == '/') return path.substr(end + 1);
    }
    return {};
}

// Packages that were renamed and kept what is in them.
constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {{"numpy.core.", "numpy._core."}};

std::string dotted(std::string_view relative) {
    std::string name(relative);
    std::replace(name.begin(), name.end(), '/', '.');
    return current_module_name(name);
}

std::string module_of_relative_file(std::string_view relative) {
    for (const std::string_view end : {".py"sv, ".pyc"sv, ".pyx"sv, ".pyw"sv}) {
        if (cut_end(relative, end)) break;
    }
    cut_end(relative, "/__init__");
    return dotted(relative);
}

// "<ipython-input-3-0f1e>", "<decorator-gen-17>": numbers out of names that are made anew in each run.
std::string name_of_pseudo_file(std::string_view file) {
    if (file.starts_with("<frozen ") && file.ends_with(">")) return std::string(file.substr(8, file.size() - 9));
    if (file.starts_with("<ipython-input-")) return "<ipython>";
    std::string name;
    for (const char c : file) {
        if (!is_digit(c)) {
            name += c;
        } else if (name.empty() || name.back() != 'N') {
            name += 'N';
        }
    }
    return name;
}

}  // namespace

std::string plain_function_name(std::string_view demangled) {
    if (demangled.find_first_of("(<{['") == std::string_view::npos) return std::string(plain_c_name(demangled));
    std::string name = without_arguments(demangled);
    cut_qualifiers(name);
    return name.empty() ? std::string(demangled) : name;
}

std::string native_module_name(std::string_view path, bool is_runtime) {
    const std::string_view file = base_name(path);
    const bool executable = file.starts_with("python") && file.find(".so") == std::string_view::npos;
    if (is_runtime || executable || file.starts_with("libpython3") ||
        path.find("/lib-dynload/") != std::string_view::npos) {
        return "python";
    }
    constexpr std::array kLibc = {"libc.so"sv, "libc-"sv, "libpthread"sv, "ld-musl"sv, "libdl"sv, "librt"sv};
    for (const std::string_view start : kLibc) {
        if (file.starts_with(start)) return "libc";
    }
    const std::string_view stem = file.substr(0, file.find('.'));
    if (file.starts_with("lib")) return std::string(without_hash_or_version(stem));
    const std::string_view relative = below_packages(path);
    if (relative.empty()) return std::string(stem);
    return dotted(relative.substr(0, relative.size() - file.size() + stem.size()));
}

std::string python_module_name(std::string_view file) {
    if (file.empty()) return "?";
    if (file.front() == '<') return name_of_pseudo_file(file);
    if (file.find("/ipykernel_") != std::string_view::npos) return "<ipython>";
    std::string_view relative = below_packages(file);
    if (relative.empty()) relative = below_library(file);
    for (const std::string_view archive : {".zip/"sv, ".egg/"sv, ".whl/"sv, ".pyz/"sv, ".pex/"sv}) {
        const std::size_t at = file.rfind(archive);
        if (at != std::string_view::npos) relative = file.substr(at + archive.size());
    }
    if (!relative.empty()) return module_of_relative_file(relative);
    const std::string_view name = base_name(file);
    if (name != "__init__.py" && name != "__main__.py") return module_of_relative_file(name);
    const std::string_view folder = file.substr(0, file.size() - name.size() - (file.size() > name.size() ? 1 : 0));
    const std::string package(base_name(folder));
    return name == "__main__.py" ? package + ".__main__" : package;
}

std::string current_module_name(std::string_view module) {
    for (const auto& [old_name, new_name] : kRenamed) {
        if (module.starts_with(old_name)) return std::string(new_name).append(module.substr(old_name.size()));
    }
    return std::string(module);
}

bool is_standard_library(std::string_view file) {
    if (file.starts_with("<frozen ")) return true;
    return below_packages(file).empty() && !below_library(file).empty();
}

}  // namespace pycore
