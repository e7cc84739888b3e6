// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/demangle.h"

#include "support/catch.h"

using pycore::demangle;

TEST_CASE("C++ and Rust names are told as their sources have them", "[native]") {
    CHECK(demangle("_ZN3foo3barEi") == "foo::bar(int)");
    CHECK(demangle("_RNvCskwGfYPst2Cb_3foo16example_function") == "foo::example_function");
    CHECK(demangle("_ZN4core3ptr13drop_in_place17h0123456789abcdefE") == "core::ptr::drop_in_place");
}

TEST_CASE("suffixes of clones and of parts of functions are taken off", "[native]") {
    CHECK(demangle("_PyEval_EvalFrameDefault.cold") == "_PyEval_EvalFrameDefault");
    CHECK(demangle("take_gil.lto_priv.0") == "take_gil");
    CHECK(demangle("foo.part.0.constprop.1.isra.2.cold") == "foo");
    CHECK(demangle("_ZN3foo3barEi.constprop.0") == "foo::bar(int)");
}

namespace {

// "S_", "S0_", ..., "SZ_", "S10_"
std::string substitution(int number) {
    if (number == 0) return "S_";
    std::string digits;
    for (int rest = number - 1; digits.empty() || rest > 0; rest /= 36) {
        digits.insert(digits.begin(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 36]);
    }
    return "S" + digits + "_";
}

// f(b, a<b, b>, a<a<b, b>, a<b, b>>, ...): each parameter is twice as long as the one before it.
std::string doubling_cpp_name(int times) {
    std::string name = "_Z1f1b1aIS_S_E";
    for (int i = 0; i < times; ++i) name += "S0_I" + substitution(i + 2) + substitution(i + 2) + "E";
    return name;
}

// Tuples of two tuples of two tuples; the places that are referred to have one or two digits.
std::string doubling_rust_name(int times) {
    const auto base62 = [](std::size_t number) {
        const std::string digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const std::string low(1, digits[(number - 1) % 62]);
        return (number > 62 ? digits[(number - 1) / 62] + low : low) + "_";
    };
    std::string name = "INvC1a1f";
    std::size_t last = name.size();
    name += "ThhE";
    for (int i = 0; i < times; ++i) {
        const std::size_t here = name.size();
        name += "TB" + base62(last) + "B" + base62(last) + "E";
        last = here;
    }
    return "_R" + name + "E";
}

}  // namespace

TEST_CASE("a short name that stands for gigabytes of text is told as it is", "[native]") {
    for (const int times : {30, 300}) {
        CHECK(demangle(doubling_cpp_name(times)) == doubling_cpp_name(times));
        CHECK(demangle(doubling_rust_name(times)) == doubling_rust_name(times));
    }
    CHECK(demangle(doubling_cpp_name(3)).size() < 1000);
    CHECK(demangle(doubling_cpp_name(3)).starts_with("f(b, a<b, b>, "));
    CHECK(demangle(doubling_rust_name(3)).starts_with("a::f::<(u8, u8), ((u8, u8), (u8, u8)), "));
}

TEST_CASE("a name ends at its NUL, for the bound as for the demangler", "[native]") {
    using namespace std::string_literals;
    CHECK(demangle(doubling_cpp_name(25) + "\0 and what is no name"s) == doubling_cpp_name(25));
    CHECK(demangle("_Z1fv\0junk"s) == "f()");
}

TEST_CASE("long names with many references to their own parts are told in words", "[native]") {
    const std::string cpp = demangle(
        "_ZNSt8_Rb_treeINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt4pairIKS5_S5_ESt10_Select1stIS8_"
        "ESt4lessIS5_ESaIS8_EE24_M_get_insert_unique_posERS7_");
    CHECK(cpp.starts_with("std::_Rb_tree<std::__cxx11::basic_string<char, "));
    CHECK(cpp.find("::_M_get_insert_unique_pos(std::__cxx11::basic_string<char, ") != std::string::npos);
    const std::string rust = demangle(
        "_RINvNtCs1_4core3ptr13drop_in_placeINtNtCs1_5alloc3vec3VecTNtNtBB_6string6StringBU_BU_BU_B"
        "U_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_BU_EEEB3_");
    CHECK(
        rust.starts_with("core::ptr::drop_in_place::<alloc::vec::Vec<(alloc::string::String, alloc::string::String, "));
}

TEST_CASE("names that are no one's convention stay as they are", "[native]") {
    CHECK(demangle("main") == "main");
    CHECK(demangle("_Z") == "_Z");
    CHECK(demangle("foo.bar") == "foo.bar");
    CHECK(demangle("foo.123") == "foo.123");
    CHECK(demangle(".cold") == ".cold");
    CHECK(demangle("").empty());
}
