// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/capture.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>

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
        for (std::atomic<bool> forever{true}; forever;) continue;
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
    const Walk wants_more_each_time = [&](const ProcessSnapshot& process) {
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
