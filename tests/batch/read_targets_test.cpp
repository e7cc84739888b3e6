// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/read_targets.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <new>

#include "report/json_writer.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

#if defined(__SANITIZE_ADDRESS__)
#define PYCORE_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PYCORE_ADDRESS_SANITIZER 1
#endif
#endif

using namespace pycore;
using namespace pycore::test;

namespace {

// What a reader does with a process depends on its pid, so that each test says what goes wrong where.
constexpr std::int64_t kCrash = 100;
constexpr std::int64_t kEndless = 101;
constexpr std::int64_t kHungry = 102;
constexpr std::int64_t kExit = 103;

// Asks for it, and touches none of it.
void take_all_memory() {
#if defined(PYCORE_ADDRESS_SANITIZER)
    throw std::bad_alloc();  // memory under the sanitizer knows no limit
#else
    static std::vector<void*> all;
    for (;;) all.push_back(::operator new (std::size_t{1} << 28));
#endif
}

std::string work(const Target& target, const ProcessState& state) {
    switch (state.process.pid.value_or(0)) {
        case kCrash:
            std::signal(SIGSEGV, SIG_DFL);  // not the test framework's
            std::raise(SIGSEGV);
            break;
        case kEndless:
            for (;;) ::pause();
        case kHungry: take_all_memory(); break;
        case kExit: ::_exit(7);
        default: break;
    }
    return std::to_string(*state.process.pid) + " of " + std::to_string(target.rank.value_or(-1));
}

class Targets {
public:
    void add(std::int64_t pid) {
        ProcessState state;
        state.process.pid = pid;
        const std::string path = folder_.path() + "/" + std::to_string(list_.size()) + ".json";
        std::ofstream(path) << write_stacks_json(state, {"0.1.0", {}});
        list_.push_back({path, TargetKind::Stacks, 0, {}, static_cast<std::int64_t>(list_.size()), {}});
    }
    void add_file(const std::string& text, TargetKind kind) {
        const std::string path = folder_.path() + "/" + std::to_string(list_.size());
        std::ofstream(path) << text;
        list_.push_back({path, kind, 0, {}, {}, {}});
    }

    std::map<std::size_t, BatchResult> read(unsigned jobs, std::chrono::milliseconds limit = std::chrono::minutes(1)) {
        BatchOptions options;
        options.jobs = jobs;
        options.time_limit = limit;
        auto reader = TargetReader::start(work, options);
        REQUIRE(reader);
        std::map<std::size_t, BatchResult> results;
        REQUIRE(reader->read(list_, [&](BatchResult result) { results.emplace(result.index, std::move(result)); }));
        return results;
    }

private:
    TemporaryDirectory folder_;
    std::vector<Target> list_;
};

}  // namespace

TEST_CASE("each target has its result, whatever the number of readers", "[batch]") {
    Targets targets;
    for (std::int64_t pid = 1; pid <= 20; ++pid) targets.add(pid);
    for (const unsigned jobs : {1U, 3U, 64U}) {
        const auto results = targets.read(jobs);
        REQUIRE(results.size() == 20);
        CHECK(results.at(7).text == "8 of 7");
    }
}

TEST_CASE("a target that crashes, exhausts or ends its reader costs itself alone", "[batch]") {
    Targets targets;
    for (const std::int64_t pid : {std::int64_t{1}, kCrash, std::int64_t{2}, kHungry, kExit, std::int64_t{3}}) {
        targets.add(pid);
    }
    const auto results = targets.read(2);
    REQUIRE(results.size() == 6);
    CHECK(results.at(0).text == "1 of 0");
    CHECK(results.at(2).text == "2 of 2");
    CHECK(results.at(5).text == "3 of 5");
    CHECK(results.at(1).error == "the process that read it was ended by SIGSEGV");
    CHECK(results.at(3).error.value_or("").find("memory") != std::string::npos);
    CHECK(results.at(4).error == "the process that read it ended with status 7");
}

TEST_CASE("a target without an end is given up after the time limit", "[batch]") {
    Targets targets;
    targets.add(kEndless);
    targets.add(5);
    const auto results = targets.read(1, std::chrono::milliseconds(300));
    CHECK(results.at(0).error.value_or("").find("--time-limit") != std::string::npos);
    CHECK(results.at(1).text == "5 of 1");
}

TEST_CASE("parts come back as they are, damaged saved stacks with their reason", "[batch]") {
    Targets targets;
    targets.add_file("{\"schema\": \"pycore/merge-part/1\"}", TargetKind::Part);
    targets.add_file("{\"schema\": \"pycore/stacks/1\"", TargetKind::Stacks);
    targets.add_file("no core", TargetKind::Process);
    const auto results = targets.read(2);
    CHECK(results.at(0).text == "{\"schema\": \"pycore/merge-part/1\"}");
    CHECK(results.at(1).error.value_or("").find("no sound JSON") != std::string::npos);
    CHECK(results.at(2).error.value_or("").find("not an ELF core") != std::string::npos);
}

TEST_CASE("no target is no work", "[batch]") { CHECK(Targets().read(2).empty()); }
