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

TEST_CASE("names that are no one's convention stay as they are", "[native]") {
    CHECK(demangle("main") == "main");
    CHECK(demangle("_Z") == "_Z");
    CHECK(demangle("foo.bar") == "foo.bar");
    CHECK(demangle("foo.123") == "foo.123");
    CHECK(demangle(".cold") == ".cold");
    CHECK(demangle("").empty());
}
