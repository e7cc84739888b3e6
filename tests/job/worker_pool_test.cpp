// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/worker_pool.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "support/catch.h"

using namespace pycore;
using How = WorkerEnd::How;

namespace {

const PoolProgress kQuiet = [](std::size_t, const WorkerEnd&) {};

PoolLimits limits(std::size_t at_once = 3) {
    PoolLimits limits;
    limits.at_once = at_once;
    limits.stop = std::chrono::milliseconds(100);
    limits.each = std::chrono::seconds(2);
    return limits;
}

}  // namespace

TEST_CASE("each piece of work is done once, in a process of its own, and its words come back", "[job]") {
    const pid_t own = ::getpid();
    const auto ends = run_workers(
        20, limits(),
        [&](std::size_t i, const StopSignal&) { return std::to_string(i) + (::getpid() == own ? "!" : ""); }, kQuiet);
    REQUIRE(ends.size() == 20);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        CHECK(ends[i].how == How::Done);
        CHECK(ends[i].message == std::to_string(i));
    }
}

TEST_CASE("more words than a pipe holds come back", "[job]") {
    const auto ends = run_workers(
        1, limits(), [](std::size_t, const StopSignal&) { return std::string(1 << 20, 'x'); }, kQuiet);
    CHECK(ends[0].message.size() == 1 << 20);
}

TEST_CASE("a worker that dies, hangs or holds its target for too long takes nobody with it", "[job]") {
    const auto work = [](std::size_t i, const StopSignal& on_stop) -> std::string {
        if (i == 0) ::raise(SIGKILL);
        if (i == 1) ::sleep(60);
        if (i == 2) on_stop(true), ::sleep(60);
        if (i == 3) on_stop(true), on_stop(false);
        return "done";
    };
    const auto ends = run_workers(5, limits(), work, kQuiet);
    CHECK(ends[0].how == How::Died);
    CHECK(ends[0].signal == SIGKILL);
    CHECK(ends[1].how == How::TookTooLong);
    CHECK(ends[2].how == How::StoppedTooLong);
    CHECK(ends[3].message == "done");
    CHECK(ends[4].message == "done");
}

TEST_CASE("an interrupted pool begins nothing more", "[job]") {
    const auto work = [](std::size_t i, const StopSignal&) -> std::string {
        if (i == 0) ::kill(::getppid(), SIGINT);
        ::usleep(50'000);
        return "done";
    };
    const auto ends = run_workers(4, limits(1), work, kQuiet);
    CHECK(ends[0].how == How::Interrupted);
    CHECK(ends[3].how == How::NotBegun);
}
