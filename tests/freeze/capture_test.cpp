// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/capture.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <ctime>

#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kClusters = 64;

// A child that never rests, with clusters of pages of its own that nobody looks at by chance.
struct Spinner {
    Spinner() {
        memory = static_cast<std::byte*>(
            ::mmap(nullptr, kClusters * 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        for (std::size_t i = 0; i < kClusters * 4; ++i) memory[i * kPage] = std::byte{1};
        pid = ::fork();
        if (pid != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile bool forever = true; forever;) continue;
    }
    ~Spinner() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        ::munmap(memory, kClusters * 4 * kPage);
    }
    Address cluster(std::size_t number) const {
        return {reinterpret_cast<std::uintptr_t>(memory) + number * 4 * kPage};
    }

    std::byte* memory = nullptr;
    pid_t pid = -1;
};

}  // namespace

TEST_CASE("what is read after the last stop does not get into a capture that was stopped", "[freeze]") {
    const Spinner spinner;
    std::size_t walks = 0;
    Address last;
    const Walk wants_more_each_time = [&](const LiveProcess& live) {
        const ProcessSnapshot& process = live.snapshot;
        last = spinner.cluster(walks++);
        static_cast<void>(process.memory->view(last, 1));
        return WalkResult{};
    };
    CaptureOptions options;
    options.always_stop = true;
    options.max_pause = std::chrono::seconds(10);
    Diagnostics diagnostics;
    const auto capture = capture_process(spinner.pid, options, wants_more_each_time, {}, diagnostics);
    REQUIRE(capture);
    CHECK(capture->consistency == Consistency::Stopped);
    CHECK(capture->missed_reads == 1);
    CHECK(walks == 6);  // one to foresee and one to check, three times
    CHECK(capture->process.snapshot.memory->view(last, 1).empty());
    CHECK_FALSE(capture->process.snapshot.memory->view(spinner.cluster(0), 1).empty());
}

TEST_CASE("a process runs on after it was held still", "[freeze]") {
    const Spinner spinner;
    std::size_t stopped = 0;
    const auto deadline = ThreadStop::Clock::now() + std::chrono::seconds(10);
    REQUIRE(ThreadStop::hold_still(spinner.pid, deadline, [&](ThreadStop& stop) { stopped = stop.threads().size(); }));
    CHECK(stopped == 1);
    CHECK(read_status(spinner.pid)->state == 'R');
    CHECK(read_status(spinner.pid)->tracer == 0);
}

TEST_CASE("a thread in uninterruptible sleep runs on when it wakes up, while we live", "[freeze]") {
    const pid_t sleeper = ::fork();
    if (sleeper == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // Until its child ends, a parent by vfork sleeps uninterruptibly.
        if (::vfork() == 0) {
            const timespec moment{0, 500'000'000};
            ::nanosleep(&moment, nullptr);
            ::_exit(0);
        }
        ::_exit(7);
    }
    while (read_status(sleeper)->state != 'D') ::usleep(1000);
    bool stopped = true;
    const auto deadline = ThreadStop::Clock::now() + std::chrono::milliseconds(20);
    REQUIRE(ThreadStop::hold_still(sleeper, deadline, [&](ThreadStop& stop) { stopped = stop.threads()[0].stopped; }));
    CHECK_FALSE(stopped);
    int status = 0;
    for (int i = 0; i < 5000 && ::waitpid(sleeper, &status, WNOHANG) == 0; ++i) ::usleep(1000);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("what a search through memory looked at is not kept, and nobody searches again", "[freeze]") {
    const Spinner spinner;
    std::size_t searches = 0;
    const Walk searches_once = [&](const LiveProcess& live) {
        const ProcessSnapshot& process = live.snapshot;
        if (process.runtime_hint) {
            CHECK(process.runtime_hint->address == spinner.cluster(1));
            static_cast<void>(process.memory->view(spinner.cluster(1), 1));
            return WalkResult{};
        }
        ++searches;
        for (std::size_t i = 0; i < kClusters; ++i) static_cast<void>(process.memory->view(spinner.cluster(i), 1));
        return WalkResult{RuntimeHint{spinner.cluster(1), "3.12.1", "cookie"}};
    };
    CaptureOptions options;
    options.always_stop = true;
    options.max_pause = std::chrono::seconds(10);
    Diagnostics diagnostics;
    const auto capture = capture_process(spinner.pid, options, searches_once, {}, diagnostics);
    REQUIRE(capture);
    CHECK(searches == 1);
    CHECK(capture->missed_reads == 0);
    const MemoryImage& memory = *capture->process.snapshot.memory;
    CHECK_FALSE(memory.view(spinner.cluster(1), 1).empty());
    CHECK(memory.view(spinner.cluster(0), 1).empty());
    CHECK(memory.view(spinner.cluster(kClusters - 1), 1).empty());
}

TEST_CASE("memory that is left out has a reason", "[freeze]") {
    const Spinner spinner;
    const Walk looks_at_one = [&](const LiveProcess& live) {
        const ProcessSnapshot& process = live.snapshot;
        static_cast<void>(process.memory->view(spinner.cluster(1), 1));
        return WalkResult{};
    };
    CaptureOptions options;
    options.always_stop = true;
    options.max_pause = std::chrono::seconds(10);
    Diagnostics diagnostics;
    const auto capture = capture_process(spinner.pid, options, looks_at_one, {}, diagnostics);
    REQUIRE(capture);
    const auto holes = capture->process.pages->holes();
    const auto hole = std::find_if(holes.begin(), holes.end(), [&](const LivePages::HoleRun& run) {
        return run.range.contains(spinner.cluster(0));
    });
    REQUIRE(hole != holes.end());
    CHECK(hole->hole == LivePages::Hole::NotSelected);
    CHECK_FALSE(hole->range.contains(spinner.cluster(1)));
}
