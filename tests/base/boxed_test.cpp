// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/boxed.h"

#include <string>

#include "support/catch.h"

using namespace pycore;

TEST_CASE("a box takes a pointer's room and copies its value", "[base]") {
    static_assert(sizeof(Boxed<std::string>) == sizeof(void*));
    Boxed<std::string> box;
    CHECK_FALSE(box.has_value());
    box = std::string("one");
    Boxed<std::string> copy = box;
    copy->append(" two");
    CHECK(*box == "one");
    CHECK(*copy == "one two");
    box.emplace() = "three";
    CHECK(*box == "three");
    CHECK_FALSE(static_cast<bool>(Boxed<std::string>()));
}
