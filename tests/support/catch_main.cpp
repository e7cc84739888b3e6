// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// main() of the test executables under Catch2 2.x; 3.x brings its own.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
