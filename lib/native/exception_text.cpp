// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/exception_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "native/cxx_type.h"
#include "native/getter.h"

namespace pycore {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxText = 1024;  // bytes

// Classes of the standard library that keep their text right behind the virtual table and do not override what(), in
// libstdc++ and libc++: for where the library's code is not here.
constexpr std::array kPlainClasses = {"St13runtime_error"sv, "St11logic_error"sv,      "St12out_of_range"sv,
                                      "St12length_error"sv,  "St16invalid_argument"sv, "St12domain_error"sv,
                                      "St11range_error"sv,   "St14overflow_error"sv,   "St15underflow_error"sv,
                                      "St12system_error"sv};

std::optional<std::string> text_at(const MemoryImage& memory, Address text) {
    auto read = read_c_string(memory, text, kMaxText);
    if (!read) return std::nullopt;
    return *std::move(read);
}

// std::string since GCC 5: {char* data; size_t size; …}; its terminator is there, too.
std::optional<std::string> text_of_string(const MemoryImage& memory, Address object) {
    const auto data = read_address(memory, object);
    return data ? text_at(memory, *data) : std::nullopt;
}

template <typename Number>
std::optional<std::string> number_at(const MemoryImage& memory, Address object) {
    const auto value = read_value<Number>(memory, object);
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

// Virtual tables of std::exception's children begin with two destructors and what().
std::optional<std::string> ask_what(const MemoryImage& memory, Address exception) {
    constexpr std::uint64_t kWhat = 2 * 8;
    const auto table = read_address(memory, exception);
    const auto function = table ? read_address(memory, *table + kWhat) : table;
    if (!function) return std::nullopt;
    const auto text = follow_getter(memory, *function, exception);
    return text ? text_at(memory, *text) : std::nullopt;
}

// pybind11::error_already_set, a Python exception on its way through C++ (since pybind11 2.10): {vptr, details*}, the
// details being {type, value, traceback, std::string text, bool text_is_made, ...}. The C++ runtime's last words make
// the text, by calling what().
std::optional<std::string> text_of_python_error(const MemoryImage& memory, Address object) {
    constexpr std::uint64_t kString = 24, kSize = 32, kMade = 56;
    const auto details = read_address(memory, object + 8);
    const auto made = details ? read_value<std::uint8_t>(memory, *details + kMade) : details.error();
    const auto size = details ? read_value<std::uint64_t>(memory, *details + kSize) : details.error();
    if (!made || *made != 1 || !size) return std::nullopt;
    auto text = text_of_string(memory, *details + kString);
    return text && text->size() == std::min<std::uint64_t>(*size, kMaxText) ? text : std::nullopt;
}

}  // namespace

std::optional<std::string> read_exception_text(const MemoryImage& memory, Address object, Address type_info,
                                               const std::string& type_name) {
    if (type_name == "i") return number_at<std::int32_t>(memory, object);
    if (type_name == "j") return number_at<std::uint32_t>(memory, object);
    if (type_name == "l" || type_name == "x") return number_at<std::int64_t>(memory, object);
    if (type_name == "m" || type_name == "y") return number_at<std::uint64_t>(memory, object);
    // A pointer is thrown as it is; so is the old std::string, which is one.
    if (type_name == "PKc" || type_name == "Pc" || type_name == "Ss") return text_of_string(memory, object);
    if (type_name == "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE") return text_of_string(memory, object);
    const auto exception = find_base(memory, object, type_info, "St9exception");
    if (!exception) return std::nullopt;
    if (auto text = ask_what(memory, *exception)) return text;
    if (type_name == "N8pybind1117error_already_setE") return text_of_python_error(memory, object);
    if (std::find(kPlainClasses.begin(), kPlainClasses.end(), type_name) == kPlainClasses.end()) return std::nullopt;
    const auto text = read_address(memory, object + 8);
    return text ? text_at(memory, *text) : std::nullopt;
}

}  // namespace pycore
