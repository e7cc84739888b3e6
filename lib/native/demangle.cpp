// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/demangle.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/Demangle/Demangle.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "native/name_size.h"

namespace pycore {
namespace {

constexpr std::size_t kMaxName = 16 << 10;  // bytes; the demanglers recurse

struct FreeText {
    void operator()(char* text) const { std::free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

constexpr std::array<std::string_view, 8> kSuffixes = {".cold",     ".part", ".constprop",  ".isra",
                                                       ".lto_priv", ".llvm", ".localalias", ".warm"};

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "foo.constprop.0.cold" -> "foo": words and their numbers off the end, as long as there are any.
std::string_view without_suffixes(std::string_view name) {
    for (std::string_view rest = name;;) {
        const auto dot = rest.rfind('.');
        if (dot == std::string_view::npos || dot == 0) return name;
        const std::string_view tail = rest.substr(dot);
        rest = rest.substr(0, dot);
        if (tail.size() > 1 && all_digits(tail.substr(1))) continue;  // belongs to the word before it
        if (std::find(kSuffixes.begin(), kSuffixes.end(), tail) == kSuffixes.end()) return name;
        name = rest;
    }
}

// Legacy Rust names end in "::h" and 16 hex digits that no source has.
void cut_rust_hash(std::string& name) {
    constexpr std::size_t kHashSize = 19;
    if (name.size() <= kHashSize) return;
    const std::string_view tail = std::string_view(name).substr(name.size() - kHashSize);
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (tail.substr(0, 3) == "::h" && std::all_of(tail.begin() + 3, tail.end(), is_hex)) {
        name.resize(name.size() - kHashSize);
    }
}

Text itanium(const std::string& name) {
#if LLVM_VERSION_MAJOR >= 17
    return Text(llvm::itaniumDemangle(name));
#else
    return Text(llvm::itaniumDemangle(name.c_str(), nullptr, nullptr, nullptr));
#endif
}

Text rust(const std::string& name) {
#if LLVM_VERSION_MAJOR >= 17
    return Text(llvm::rustDemangle(name));
#elif LLVM_VERSION_MAJOR >= 15
    return Text(llvm::rustDemangle(name.c_str()));
#else
    return Text(llvm::rustDemangle(name.c_str(), nullptr, nullptr, nullptr));
#endif
}

}  // namespace

std::string demangle(std::string_view raw_name) {
    // LLVM's older demanglers take what is before a NUL for the whole name.
    std::string name(without_suffixes(raw_name.substr(0, raw_name.find('\0'))));
    if (name.size() > kMaxName) return name;
    if (name.starts_with("_R") && has_bounded_rust_text(name)) {
        if (const Text text = rust(name)) return text.get();
    }
    if ((name.starts_with("_Z") || name.starts_with("__Z")) && has_bounded_itanium_text(name)) {
        if (const Text text = itanium(name)) {
            name = text.get();
            cut_rust_hash(name);
        }
    }
    return name;
}

}  // namespace pycore
