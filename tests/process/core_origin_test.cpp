// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/core_origin.h"

#include <csignal>

#include "process/open_bytes.h"

using namespace pycore;
using namespace pycore::test;

namespace {

using Style = CoreBuilder::Style;

Opened dead_of(std::int16_t number, std::optional<std::string> info, Style style = Style::Kernel) {
    CoreBuilder core(style);
    core.set_process(7, 1, 0, "python", "python");
    core.add_memory(0x10000, std::string(0x1000, 'a')).add_file_mapping({{0x10000}, {0x11000}}, 0, "/data/a");
    core.add_thread({.tid = 9, .signal = number, .siginfo = std::move(info)});
    core.add_thread({.tid = 7, .signal = number});
    auto opened = open_built(core);
    REQUIRE(opened.process);
    return opened;
}

}  // namespace

TEST_CASE("the first thread of a kernel core took the signal", "[process]") {
    const auto opened = dead_of(SIGSEGV, siginfo(SIGSEGV, SEGV_MAPERR, 0x10));
    CHECK(opened->producer == "kernel");
    CHECK(opened->crashed_tid == 9);
    REQUIRE(opened->signal);
    CHECK(opened->signal->number == SIGSEGV);
    CHECK(opened->signal->code == SEGV_MAPERR);
    CHECK(opened->signal->fault_address == Address{0x10});
    CHECK_FALSE(opened->signal->sender_pid);
}

TEST_CASE("a signal that another process sent has a sender and no address", "[process]") {
    for (const int code : {SI_USER, SI_TKILL, SI_QUEUE}) {
        const auto opened = dead_of(SIGSEGV, siginfo(SIGSEGV, code, 4242));
        CHECK(opened->signal->sender_pid == 4242);
        CHECK_FALSE(opened->signal->fault_address);
    }
}

TEST_CASE("a fault whose address the processor does not tell has none", "[process]") {
    // A non-canonical address: general protection, si_code SI_KERNEL.
    const auto opened = dead_of(SIGSEGV, siginfo(SIGSEGV, SI_KERNEL, 0));
    CHECK(opened->signal->code == SI_KERNEL);
    CHECK_FALSE(opened->signal->fault_address);
    CHECK_FALSE(opened->signal->sender_pid);
    // A bad system call's siginfo has other fields in that place.
    CHECK_FALSE(dead_of(SIGSYS, siginfo(SIGSYS, 1, 0x401000))->signal->fault_address);
    CHECK_FALSE(dead_of(SIGABRT, siginfo(SIGABRT, SI_TIMER, 3))->signal->sender_pid);
}

TEST_CASE("a signal whose note is lost, or is another one's, is still known by its number", "[process]") {
    for (const auto& info : {std::optional<std::string>(), std::optional(siginfo(SIGBUS, BUS_ADRERR, 0x10))}) {
        const auto opened = dead_of(SIGABRT, info);
        CHECK(opened->signal->number == SIGABRT);
        CHECK_FALSE(opened->signal->code);
        CHECK_FALSE(opened->signal->fault_address);
        CHECK(opened->crashed_tid == 9);
    }
}

TEST_CASE("gcore of a running process has no crashed thread", "[process]") {
    const auto opened = dead_of(0, siginfo(SIGSTOP, SI_KERNEL), Style::Gdb);
    CHECK(opened->producer == "gdb");
    CHECK_FALSE(opened->signal);
    CHECK_FALSE(opened->crashed_tid);
}

TEST_CASE("gcore at a fault knows who crashed, at a breakpoint nobody did", "[process]") {
    const auto crashed = dead_of(SIGSEGV, siginfo(SIGSEGV, SEGV_ACCERR, 0x20), Style::Gdb);
    CHECK(crashed->crashed_tid == 9);
    CHECK(crashed->signal->fault_address == Address{0x20});
    for (const int number : {SIGTRAP, SIGINT, SIGSTOP}) {
        CHECK_FALSE(dead_of(static_cast<std::int16_t>(number), siginfo(number, 1), Style::Gdb)->crashed_tid);
    }
}
