// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/thread_waits.h"

#include "support/catch.h"
#include "support/stack_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

ThreadState blocked(std::int64_t number, std::uint64_t first_argument, std::vector<std::string> natives = {}) {
    ThreadState thread;
    thread.tid = 11;
    thread.system_call = SystemCall{number, {first_argument, 0x189}};
    thread.native = native_stack(natives);
    return thread;
}

constexpr std::int64_t kRead = 0;
constexpr std::int64_t kFutexCall = 202;

}  // namespace

TEST_CASE("a thread in a system call is told with the file descriptor it waits on", "[analysis]") {
    const auto wait = find_wait(blocked(kRead, 7), {});

    REQUIRE(wait);
    CHECK(wait->kind == "syscall");
    CHECK(wait->what == "read from file descriptor 7");
}

TEST_CASE("a thread that was running waits for nothing", "[analysis]") { CHECK_FALSE(find_wait(ThreadState{}, {})); }

TEST_CASE("the owner of a reentrant lock is named", "[analysis]") {
    ThreadState waiter = blocked(kFutexCall, 0x7000);
    waiter.lock_wait = LockWait{{0x10}, {0x6000}, "_thread.RLock", Address{0x20}};
    ProcessState state;
    ThreadState owner;
    owner.tid = 12;
    owner.thread_pointer = {0x20};
    state.threads = {waiter, owner};

    const auto wait = find_wait(waiter, state);

    REQUIRE(wait);
    CHECK(wait->kind == "lock");
    CHECK(wait->address == Address{0x6000});
    CHECK(wait->owner_tid == 12);
}

TEST_CASE("a futex of a C library is told by the pthread call that sleeps on it", "[analysis]") {
    const auto wait = find_wait(blocked(kFutexCall, 0x7000, {"futex_wait", "___pthread_mutex_lock", "worker"}), {});

    REQUIRE(wait);
    CHECK(wait->kind == "futex");
    CHECK(wait->what == "a pthread mutex");
}
