// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/live_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::size_t kPage = 4096;

// Eight pages of this process; the third last cannot be read.
struct Pages {
    Pages() {
        bytes = static_cast<std::byte*>(
            ::mmap(nullptr, 8 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        REQUIRE(bytes != MAP_FAILED);
        std::memset(bytes, 7, 8 * kPage);
        REQUIRE(::mprotect(bytes + 5 * kPage, kPage, PROT_NONE) == 0);
        auto opened = LivePages::open(::getpid(), {{range(), false, false}});
        REQUIRE(opened);
        live = *opened;
    }
    ~Pages() { ::munmap(bytes, 8 * kPage); }

    Address begin() const { return {reinterpret_cast<std::uintptr_t>(bytes)}; }
    AddressRange range() const { return {begin(), begin() + 8 * kPage}; }

    std::byte* bytes = nullptr;
    std::shared_ptr<LivePages> live;
};

}  // namespace

TEST_CASE("only what was looked at is there", "[memory]") {
    const Pages pages;
    CHECK(pages.live->present().empty());
    CHECK(pages.live->fetch(pages.begin() + 10, 20) == 20);
    CHECK(pages.live->mirror(0)[10] == std::byte{7});
    REQUIRE(pages.live->present().size() == 1);
    CHECK(pages.live->present_bytes() == 4 * kPage);  // the cluster of the page
    pages.live->detach();
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 1) == 0);
    CHECK(pages.live->misses() == 1);
}

TEST_CASE("a page that one reading missed is in the next one, though nobody asks for it meanwhile", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin(), 1) == 1);
    pages.live->detach();
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 1) == 0);
    pages.live->attach();
    CHECK(pages.live->read_again([] { return true; }) == 7 * kPage);
    pages.live->detach();
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 1) == 1);
    CHECK(pages.live->misses() == 1);
}

TEST_CASE("what was looked at before the mark is not forgotten, all else is", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin(), 1) == 1);
    pages.live->mark();
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 1) == 1);
    pages.live->forget();
    REQUIRE(pages.live->present().size() == 1);
    CHECK(pages.live->present()[0].end == pages.begin() + 4 * kPage);
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 1) == 1);
    CHECK(pages.live->mirror(0)[6 * kPage] == std::byte{7});
}

TEST_CASE("a page that cannot be read ends what is there, and those behind it are read", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin() + 4 * kPage, 4 * kPage) == kPage);
    CHECK(pages.live->fetch(pages.begin() + 5 * kPage, 1) == 0);
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, 2 * kPage) == 2 * kPage);
    CHECK(pages.live->fetch(pages.begin() + 8 * kPage, 1) == 0);
    const auto runs = pages.live->present();
    REQUIRE(runs.size() == 2);
    CHECK(runs[0] == AddressRange{pages.begin() + 4 * kPage, pages.begin() + 5 * kPage});
    CHECK(runs[1] == AddressRange{pages.begin() + 6 * kPage, pages.begin() + 8 * kPage});
}

TEST_CASE("reading again takes what the memory holds now, and no page more", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin(), 1) == 1);
    std::memset(pages.bytes, 9, kPage);
    CHECK(pages.live->mirror(0)[0] == std::byte{7});
    CHECK(pages.live->read_again([] { return true; }) == 4 * kPage);
    CHECK(pages.live->mirror(0)[0] == std::byte{9});
    CHECK(pages.live->present_bytes() == 4 * kPage);
}

TEST_CASE("what was not read again in time counts as not there", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin(), 1) == 1);
    CHECK(pages.live->read_again([] { return false; }) == 0);
    pages.live->detach();
    CHECK(pages.live->fetch(pages.begin(), 1) == 0);
    CHECK(pages.live->present().empty());
}

TEST_CASE("a page of a file that was never touched is as the file has it", "[memory]") {
    const int file = ::memfd_create("module", 0);
    const std::string content(8 * kPage, 'f');
    REQUIRE(::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    void* mapped = ::mmap(nullptr, 8 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    REQUIRE(mapped != MAP_FAILED);
    auto* bytes = static_cast<char*>(mapped);
    const Address begin{reinterpret_cast<std::uintptr_t>(mapped)};
    auto live = LivePages::open(::getpid(), {{{begin, begin + 8 * kPage}, true}});
    REQUIRE(live);
    (*live)->back_by_file(begin, std::as_bytes(std::span(content)), nullptr);
    bytes[5 * kPage] = 'w';
    CHECK((*live)->fetch(begin, 8 * kPage) == 8 * kPage);
    CHECK((*live)->mirror(0)[0] == std::byte{'f'});
    CHECK((*live)->mirror(0)[5 * kPage] == std::byte{'w'});
    bytes[0] = 'x';
    CHECK((*live)->read_again([] { return true; }) > 0);
    CHECK((*live)->mirror(0)[0] == std::byte{'x'});
    ::munmap(mapped, 8 * kPage);
    ::close(file);
}

TEST_CASE("a fetch of nearly everything there is to address ends with the mapping", "[memory]") {
    const Pages pages;
    CHECK(pages.live->fetch(pages.begin() + 6 * kPage, SIZE_MAX) == 2 * kPage);
    CHECK(pages.live->fetch(pages.begin() + 7 * kPage + 10, SIZE_MAX - 5) == kPage - 10);
}
