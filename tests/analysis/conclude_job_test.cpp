// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/conclude_job.h"

#include "analysis/job_member.h"
#include "base/compact_ranges.h"
#include "support/catch.h"
#include "support/state_builder.h"

using namespace pycore;
using namespace pycore::test;

namespace {

class Job {
public:
    explicit Job(std::int64_t size) : size_(size) {}

    // Its main thread, called from `line` of main(), with these calls of C; `wait` as in "syscall: read".
    void add(std::int64_t rank, std::int64_t line, const std::vector<std::string>& native, const std::string& wait = "",
             const std::string& time = "", std::int64_t ppid = 1) {
        ProcessState state = python_process();
        state.process.job_place = {rank, size_, "n1", {}};
        state.process.pid = 100 + rank + (ppid == 1 ? 0 : 1000);
        state.process.ppid = ppid;
        if (!time.empty()) state.source.time = time;
        std::vector<MergedFrame> frames{python_call("<module>", "/job/train.py", 90),
                                        python_call("main", "/job/train.py", line)};
        for (const std::string& name : native) frames.push_back(native_call(name, "/usr/lib/libmpi.so"));
        ThreadState thread = python_thread_state(*state.process.pid, "MainThread", std::move(frames));
        thread.main = true;
        if (!wait.empty()) thread.wait = Wait{wait.substr(0, wait.find(':')), wait.substr(wait.find(':') + 2), {}, {}};
        state.threads = {std::move(thread)};
        add_process(builder_, state, {"rank" + std::to_string(rank) + time, {}, {}, {}});
    }
    void add_all(std::vector<std::int64_t> ranks, std::int64_t line, const std::string& operation,
                 const std::string& time = "") {
        for (const std::int64_t rank : ranks) add(rank, line, {operation}, "", time);
    }
    JobTreeBuilder& builder() { return builder_; }

    JobReport conclude(JobQuestion question = {}) {
        tree_ = std::move(builder_).take();
        return conclude_job(tree_, question);
    }
    // Suspected ranks, the missing ones with them.
    std::string suspects() {
        const JobReport report = conclude();
        std::vector<std::int64_t> all;
        if (report.missing.suspect) all = report.missing.ranks;
        for (const JobClass& made : report.classes) {
            if (made.suspect) all.insert(all.end(), made.labels.begin(), made.labels.end());
        }
        std::sort(all.begin(), all.end());
        return compact_ranges(all);
    }

private:
    std::int64_t size_;
    JobTreeBuilder builder_;
    JobTree tree_;
};

}  // namespace

TEST_CASE("who reads a file while the others wait in a collective stands out", "[analysis]") {
    Job job(4);
    job.add_all({0, 1, 3}, 20, "PMPI_Allreduce");
    job.add(2, 19, {}, "syscall: read from file descriptor 7");
    CHECK(job.suspects() == "2");
}

TEST_CASE("ranks in the same collective do not stand out, however they spin below it", "[analysis]") {
    Job job(4);
    job.add(0, 20, {"PMPI_Barrier", "ompi_sync_wait_mt", "sched_yield"}, "syscall: sched_yield");
    job.add(1, 20, {"PMPI_Barrier", "mca_pml_ob1_recv"});
    job.add(2, 20, {"PMPI_Barrier", "opal_progress"});
    job.add(3, 20, {"PMPI_Barrier"});
    const JobReport report = job.conclude();
    CHECK(report.classes.size() == 1);
    CHECK(report.verdict.find("nothing stands out") == 0);
}

TEST_CASE("the same collective from another call site, and another collective, are out of step", "[analysis]") {
    Job sites(4), operations(4);
    sites.add_all({0, 1, 2}, 20, "PMPI_Allreduce");
    sites.add_all({3}, 31, "PMPI_Allreduce");
    CHECK(sites.suspects() == "3");
    operations.add_all({0, 2, 3}, 20, "PMPI_Allreduce");
    operations.add_all({1}, 20, "PMPI_Barrier");
    CHECK(operations.suspects() == "1");
}

TEST_CASE("one snapshot of ranks at different messages accuses nobody", "[analysis]") {
    Job job(4);
    job.add_all({0, 1}, 20, "PMPI_Recv");
    job.add_all({2}, 25, "PMPI_Send");
    job.add_all({3}, 27, "PMPI_Recv");
    CHECK(job.suspects().empty());
}

TEST_CASE("a rank that is at work when others wait is late, but is accused only if it always is", "[analysis]") {
    Job one(3), many(3), turns(3);
    one.add_all({0, 1}, 20, "PMPI_Barrier");
    one.add(2, 11, {});
    CHECK(one.suspects().empty());
    for (const char* time : {"1", "2", "3"}) {
        many.add_all({0, 1}, 20, "PMPI_Barrier", time);
        many.add(2, 11, {}, "", time);
    }
    CHECK(many.suspects() == "2");
    turns.add_all({0, 1}, 20, "PMPI_Barrier", "1");
    turns.add(2, 11, {}, "", "1");
    turns.add_all({1, 2}, 20, "PMPI_Barrier", "2");
    turns.add(0, 11, {}, "", "2");
    turns.add_all({0, 1}, 20, "PMPI_Barrier", "3");
    turns.add(2, 11, {}, "", "3");
    CHECK(turns.suspects().empty());
}

TEST_CASE("in two snapshots who stays elsewhere than all others stands out, unless it is rank 0", "[analysis]") {
    const auto suspects = [](std::int64_t apart, int snapshots, bool others_move = false) {
        Job job(4);
        for (int time = 1; time <= snapshots; ++time) {
            for (std::int64_t rank = 0; rank < 4; ++rank) {
                const std::string call = rank == apart ? "read_all" : others_move && time > 1 ? "sync" : "look";
                job.add(rank, 20, {call}, rank == apart ? "syscall: read" : "syscall: " + call, std::to_string(time));
            }
        }
        return job.suspects();
    };
    CHECK(suspects(2, 2) == "2");
    CHECK(suspects(2, 1).empty());
    CHECK(suspects(0, 2).empty());
    CHECK(suspects(2, 2, true).empty());
}

TEST_CASE("a rank that waited for a disk and went on is no suspect", "[analysis]") {
    Job job(3);
    for (const char* time : {"1", "2"}) job.add_all({0, 1}, 20, "PMPI_Barrier", time);
    job.add(2, 11, {}, "syscall: fsync", "1");
    job.add(2, 14, {}, "syscall: fsync", "2");
    CHECK(job.suspects().empty());
}

TEST_CASE("a rank that is gone while others wait is named, and so is one that could not be read", "[analysis]") {
    Job gone(3), unread(3);
    gone.add_all({0, 2}, 20, "PMPI_Barrier");
    CHECK(gone.suspects() == "1");
    unread.add_all({0, 2}, 20, "PMPI_Barrier");
    add_unreadable(unread.builder(), {"rank1.core", 1, {}, {}}, "permission denied");
    CHECK(unread.suspects() == "1");
}

TEST_CASE("expected ranks that are not there are named, also if nobody waits for them", "[analysis]") {
    Job job(2);
    job.add(0, 11, {});
    job.add(1, 12, {});
    const JobReport report = job.conclude({5});
    CHECK(report.missing.ranks == std::vector<std::int64_t>{2, 3, 4});
    CHECK(!report.missing.suspect);
}

TEST_CASE("children of a rank are no ranks", "[analysis]") {
    Job job(2);
    job.add_all({0, 1}, 20, "PMPI_Barrier");
    job.add(0, 44, {}, "syscall: read from file descriptor 3", "", 100);
    const JobReport report = job.conclude();
    CHECK(report.processes.size() == 2);
    CHECK(report.others.size() == 1);
    CHECK(report.classes.size() == 1);
}

TEST_CASE("a rank caught in a library whose calls are not known is where the others of its line are", "[analysis]") {
    Job job(3);
    job.add_all({0, 1}, 20, "PMPI_Barrier");
    job.add(2, 20, {""});
    CHECK(job.conclude().classes.size() == 1);
}

TEST_CASE("ranks are told from files' names only where they are named", "[analysis]") {
    CHECK(rank_in_name("/a/rank12-n1-4711.core.zst") == 12);
    CHECK(rank_in_name("core.rank_7") == 7);
    CHECK(!rank_in_name("frank7.core"));
    CHECK(!rank_in_name("rank7/core"));
    CHECK(role_name("ThreadPoolExecutor-0_12") == "ThreadPoolExecutor-#_#");
}

TEST_CASE("ranges are compact", "[analysis]") {
    CHECK(compact_ranges({}).empty());
    CHECK(compact_ranges({0, 1, 2, 3, 7, 9, 10}) == "0-3,7,9-10");
}
