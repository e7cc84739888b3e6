// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/interval_map.h"

#include <random>

#include "support/catch.h"

using namespace pycore;

namespace {

char at(const IntervalMap<char>& map, std::uint64_t address) {
    const auto* entry = map.find({address});
    return entry ? entry->value : '.';
}

std::string picture(const IntervalMap<char>& map, std::uint64_t size) {
    std::string text;
    for (std::uint64_t address = 0; address < size; ++address) text += at(map, address);
    return text;
}

}  // namespace

TEST_CASE("an address is found in the range that holds it, in no other", "[base]") {
    IntervalMap<char> map;
    map.add({{6}, {8}}, 'b');
    map.add({{1}, {4}}, 'a');
    map.add({{9}, {9}}, 'x');  // holds nothing
    map.seal();

    CHECK(picture(map, 10) == ".aaa..bb..");
    CHECK(map.next_after({1})->value == 'b');
    CHECK(map.next_after({6}) == nullptr);
}

TEST_CASE("what a nested range leaves of the outer one is still found", "[base]") {
    IntervalMap<char> map;
    map.add({{0}, {10}}, 'a');
    map.add({{2}, {4}}, 'b');
    map.add({{3}, {6}}, 'c');
    map.add({{8}, {20}}, 'd');
    map.seal();

    CHECK(picture(map, 21) == "aabcccaadddddddddddd.");
    CHECK(map.find({7})->origin == Address{0});
    CHECK(map.find({4})->origin == Address{3});
}

TEST_CASE("of ranges that begin together the first one added wins", "[base]") {
    IntervalMap<char> map;
    map.add({{0}, {2}}, 'a');
    map.add({{0}, {4}}, 'b');
    map.seal();

    CHECK(picture(map, 5) == "aabb.");
}

TEST_CASE("ranges may be added after a seal", "[base]") {
    IntervalMap<char> map;
    map.add({{0}, {6}}, 'a');
    map.add({{2}, {4}}, 'b');
    map.seal();
    map.add({{5}, {8}}, 'c');
    map.seal();

    CHECK(picture(map, 9) == "aabbaccc.");
}

TEST_CASE("the parts of a range that nothing covers are told in order", "[base]") {
    IntervalMap<char> map;
    map.add({{2}, {4}}, 'a');
    map.add({{6}, {8}}, 'b');
    map.seal();

    CHECK(map.uncovered({{0}, {10}}) == std::vector<AddressRange>{{{0}, {2}}, {{4}, {6}}, {{8}, {10}}});
    CHECK(map.uncovered({{2}, {4}}).empty());
    CHECK(map.uncovered({{3}, {7}}) == std::vector<AddressRange>{{{4}, {6}}});
    CHECK(IntervalMap<char>().uncovered({{1}, {2}}) == std::vector<AddressRange>{{{1}, {2}}});
}

TEST_CASE("any heap of overlapping ranges reads as the one that begins last", "[base]") {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        IntervalMap<char> map;
        std::vector<std::pair<AddressRange, char>> ranges;
        for (int i = 0; i < 12; ++i) {
            const std::uint64_t begin = random() % 40;
            ranges.push_back({{{begin}, {begin + random() % 20}}, static_cast<char>('a' + i)});
            map.add(ranges.back().first, ranges.back().second);
        }
        map.seal();
        std::string expected;
        for (std::uint64_t address = 0; address < 64; ++address) {
            const std::pair<AddressRange, char>* best = nullptr;
            for (const auto& range : ranges) {
                if (!range.first.contains({address})) continue;
                if (best == nullptr || range.first.begin > best->first.begin) best = &range;
            }
            expected += best ? best->second : '.';
        }
        REQUIRE(picture(map, 64) == expected);
    }
}
