// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/live_process.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "support/catch.h"

using namespace pycore;

namespace {

// A child that maps memory when it is told to.
struct Mapper {
    Mapper() {
        REQUIRE(::pipe(orders.data()) == 0);
        REQUIRE(::pipe(answers.data()) == 0);
        pid = ::fork();
        if (pid != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        char order = 0;
        while (::read(orders[0], &order, 1) == 1) {
            void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            static_cast<char*>(memory)[kSize / 2] = order;
            if (::write(answers[1], &memory, sizeof(memory)) != sizeof(memory)) break;
        }
        ::_exit(0);
    }
    ~Mapper() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        for (const int end : {orders[0], orders[1], answers[0], answers[1]}) ::close(end);
    }
    Address map(char content) {
        std::uint64_t address = 0;
        REQUIRE(::write(orders[1], &content, 1) == 1);
        REQUIRE(::read(answers[0], &address, sizeof(address)) == sizeof(address));
        return {address + kSize / 2};
    }

    static constexpr std::size_t kSize = 4 << 20;
    std::array<int, 2> orders{}, answers{};
    pid_t pid = -1;
};

}  // namespace

TEST_CASE("memory that a process maps after it was opened can be read", "[process]") {
    Mapper mapper;
    Diagnostics diagnostics;
    auto process = open_live_process(mapper.pid, {}, diagnostics);
    REQUIRE(process);
    CHECK_FALSE(take_new_mappings(*process));
    const auto before = process->mappings.size();
    for (const char content : {'a', 'b'}) {
        const Address address = mapper.map(content);
        CHECK(process->snapshot.memory->view(address, 1).empty());
        CHECK(take_new_mappings(*process));
        const auto bytes = process->snapshot.memory->view(address, 1);
        REQUIRE(bytes.size() == 1);
        CHECK(static_cast<char>(bytes[0]) == content);
    }
    CHECK(process->mappings.size() > before);
    for (std::size_t i = 1; i < process->mappings.size(); ++i) {
        CHECK(process->mappings[i - 1].range.end <= process->mappings[i].range.begin);
    }
}
