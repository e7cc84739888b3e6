// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/frame_names.h"

#include "support/catch.h"

using namespace pycore;

TEST_CASE("a C++ function is named without its types", "[analysis]") {
    CHECK(plain_function_name("void ns::f<int>(int, char const*)") == "ns::f<T>");
    CHECK(plain_function_name("ns::C::g(std::vector<int, std::allocator<int> > const&) const") == "ns::C::g");
    CHECK(plain_function_name("(anonymous namespace)::h(int)") == "{anonymous}::h");
    CHECK(plain_function_name("std::vector<int, std::allocator<int> >::push_back(int&&)") ==
          "std::vector<T>::push_back");
    CHECK(plain_function_name("f[abi:cxx11](int)") == "f");
    CHECK(plain_function_name("g(int (*)(char), void (ns::C::*)() const)") == "g");
}

TEST_CASE("operators keep their signs", "[analysis]") {
    CHECK(plain_function_name("ns::C::operator()(int) const") == "ns::C::operator()");
    CHECK(plain_function_name("bool ns::operator< <int>(int)") == "ns::operator<");
    CHECK(plain_function_name("ns::C::operator->()") == "ns::C::operator->");
    CHECK(plain_function_name("operator new(unsigned long)") == "operator new");
    CHECK(plain_function_name("ns::C::operator bool() const") == "ns::C::operator bool");
}

TEST_CASE("lambdas and closures lose their numbers", "[analysis]") {
    CHECK(plain_function_name("ns::f(int)::{lambda(int)#2}::operator()(int) const") == "ns::f::{lambda}::operator()");
    CHECK(plain_function_name("ns::f(int)::'lambda0'(int)::operator()(int) const") == "ns::f::{lambda}::operator()");
    CHECK(plain_function_name("crate::run::{closure#3}") == "crate::run::{closure}");
}

TEST_CASE("variants of the C library for one processor have one name", "[analysis]") {
    CHECK(plain_function_name("__memcpy_avx_unaligned_erms") == "memcpy");
    CHECK(plain_function_name("__strlen_evex512") == "strlen");
    CHECK(plain_function_name("__memmove_sse2_unaligned") == "memmove");
    CHECK(plain_function_name("__GI_abort") == "abort");
    CHECK(plain_function_name("pthread_create@@GLIBC_2.34") == "pthread_create");
}

TEST_CASE("hostile names end", "[analysis]") {
    CHECK(plain_function_name("((((") == "((((");
    CHECK_NOTHROW(plain_function_name("operator<"));
    CHECK_NOTHROW(plain_function_name("a'b"));
    CHECK_NOTHROW(plain_function_name("{"));
    CHECK_NOTHROW(plain_function_name("operator (((int"));
    CHECK_NOTHROW(plain_function_name(std::string(100'000, '<')));
}

TEST_CASE("an extension module is named as it is imported", "[analysis]") {
    CHECK(native_module_name(
              "/env/lib/python3.12/site-packages/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so",
              false) == "numpy._core._multiarray_umath");
    CHECK(native_module_name("/srv/fast.abi3.so", false) == "fast");
    CHECK(native_module_name("/x/numpy.libs/libscipy_openblas64_-ff651d7f.so", false) == "libscipy_openblas64_");
    CHECK(native_module_name("/usr/lib/libfoo.so.1.2.3", false) == "libfoo");
}

TEST_CASE("the interpreter and what comes with it are one module, however a build cuts them", "[analysis]") {
    CHECK(native_module_name("/usr/bin/python3.13", true) == "python");
    CHECK(native_module_name("/usr/lib/libpython3.13.so.1.0", true) == "python");
    CHECK(native_module_name("/opt/bin/python3.13", false) == "python");
    CHECK(native_module_name("/usr/lib/python3.13/lib-dynload/_ctypes.cpython-313-x86_64-linux-gnu.so", false) ==
          "python");
    CHECK(native_module_name("/lib/x86_64-linux-gnu/libpthread-2.31.so", false) == "libc");
    CHECK(native_module_name("/lib/x86_64-linux-gnu/libc.so.6", false) == "libc");
}

TEST_CASE("a Python file is named by what it is imported as", "[analysis]") {
    CHECK(python_module_name("/home/a/env/lib/python3.11/site-packages/pkg/sub/mod.py") == "pkg.sub.mod");
    CHECK(python_module_name("/usr/lib/python3/dist-packages/pkg/__init__.py") == "pkg");
    CHECK(python_module_name("/usr/lib/python3.13/asyncio/base_events.py") == "asyncio.base_events");
    CHECK(python_module_name("/srv/app/train.py") == "train");
    CHECK(python_module_name("/srv/app/pkg/__main__.py") == "pkg.__main__");
    CHECK(python_module_name("/srv/app.zip/pkg/mod.py") == "pkg.mod");
    CHECK(python_module_name("<frozen importlib._bootstrap>") == "importlib._bootstrap");
    CHECK(python_module_name("/tmp/ipykernel_77/123.py") == "<ipython>");
    CHECK(python_module_name("<decorator-gen-17>") == "<decorator-gen-N>");
    CHECK(python_module_name("") == "?");
}

TEST_CASE("the standard library is not what is installed beside it", "[analysis]") {
    CHECK(is_standard_library("/usr/lib/python3.13/threading.py"));
    CHECK(is_standard_library("/opt/py/lib/python3.8/json/decoder.py"));
    CHECK(is_standard_library("<frozen runpy>"));
    CHECK_FALSE(is_standard_library("/env/lib/python3.13/site-packages/numpy/linalg.py"));
    CHECK_FALSE(is_standard_library("/srv/threading.py"));
}
