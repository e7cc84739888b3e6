// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/import_names.h"

#include "support/catch.h"

using namespace pycore;

namespace {

const std::vector<std::string> kPath = {"/srv/app", "/env/lib/python3.13", "/env/lib/python3.13/site-packages", ""};

}  // namespace

TEST_CASE("a file is imported by the nearest entry of sys.path", "[python]") {
    CHECK(imported_name("/env/lib/python3.13/site-packages/pkg/mod.py", kPath) == "pkg.mod");
    CHECK(imported_name("/env/lib/python3.13/json/decoder.py", kPath) == "json.decoder");
    CHECK(imported_name("/srv/app/train.py", kPath) == "train");
}

TEST_CASE("a package is imported by its own name", "[python]") {
    CHECK(imported_name("/srv/app/pkg/__init__.py", kPath) == "pkg");
    CHECK(imported_name("/srv/app/pkg/__main__.py", kPath) == "pkg.__main__");
}

TEST_CASE("a file that no entry of sys.path leads to has no module", "[python]") {
    CHECK(imported_name("/elsewhere/mod.py", kPath).empty());
    CHECK(imported_name("/srv/application/mod.py", kPath).empty());
    CHECK(imported_name("/srv/app/not-a-name/mod.py", kPath).empty());
    CHECK(imported_name("/srv/app/1st.py", kPath).empty());
    CHECK(imported_name("<string>", kPath).empty());
    CHECK(imported_name("/srv/app/data.txt", kPath).empty());
}
