// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/repeats.h"

#include <numeric>
#include <string>

#include "support/catch.h"

using namespace pycore;

namespace {

// "a a a [1x4] b": what is shown, and in brackets period x repeats.
std::string spell(const std::vector<std::size_t>& items) {
    std::string text;
    for (const RepeatedRun& run : find_repeats(items)) {
        for (std::size_t i = run.begin; i < run.begin + run.count; ++i) {
            text += static_cast<char>('a' + items[i]);
        }
        if (run.repeats > 0) text += "[" + std::to_string(run.period) + "x" + std::to_string(run.repeats) + "]";
    }
    return text;
}

}  // namespace

TEST_CASE("a frame that is there three times is printed three times", "[report]") {
    CHECK(spell({0, 1, 1, 1, 2}) == "abbbc");
}

TEST_CASE("a recursion shows three frames and how many more there are", "[report]") {
    CHECK(spell({0, 1, 1, 1, 1, 1, 2}) == "abbb[1x2]c");
}

TEST_CASE("functions that call each other in a circle are told as one recursion", "[report]") {
    CHECK(spell({9, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 2}) == "jababab[2x2]ac");
}

TEST_CASE("a stack that ends inside a recursion is told to its last frame", "[report]") {
    CHECK(spell({0, 0, 0, 0}) == "aaa[1x1]");
    CHECK(spell({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1}) == "abcabcabc[3x1]ab");
}

TEST_CASE("runs cover every frame of the stack", "[report]") {
    std::vector<std::size_t> items(1000);
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = (i / 7) % 3;
    std::size_t next = 0;
    for (const RepeatedRun& run : find_repeats(items)) {
        CHECK(run.begin == next);
        next = run.end();
    }
    CHECK(next == items.size());
}

TEST_CASE("an empty stack has no runs", "[report]") { CHECK(find_repeats({}).empty()); }
