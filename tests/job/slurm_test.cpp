// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <algorithm>

#include "job/arm_script.h"
#include "job/duration.h"
#include "job/slurm_job.h"
#include "job/slurm_step.h"
#include "support/catch.h"

using namespace pycore;

namespace {

std::string told(const std::string& id, std::string_view answer, std::int64_t user = 1000) {
    const auto job = choose_job(id, answer, user);
    return job ? "job " + job->id : job.error().message;
}

}  // namespace

TEST_CASE("of squeue's answer the running job is taken", "[job]") {
    const auto job = choose_job("17", "17|17|RUNNING|1000|me|2|n[1-2]|1:58\n", 1000);
    REQUIRE(job);
    CHECK(job->node_count == 2);
    CHECK(job->node_list == "n[1-2]");
    CHECK(job->time_left == "1:58");
}

TEST_CASE("a job that cannot be frozen is told why", "[job]") {
    CHECK(told("17", "").find("knows no job 17") != std::string::npos);
    CHECK(told("17", "nonsense\n").find("knows no job 17") != std::string::npos);
    CHECK(told("17", "17|17|PENDING|1000|me|1||0:00\n").find("has not begun") != std::string::npos);
    CHECK(told("17", "17|17|TIMEOUT|1000|me|1|n1|0:00\n").find("has ended (TIMEOUT)") != std::string::npos);
    CHECK(told("17", "17|17|RUNNING|1001|you|1|n1|0:10\n").find("belongs to you") != std::string::npos);
    CHECK(told("17", "17|17|RUNNING|1001|you|1|n1|0:10\n", 0) == "job 17");
}

TEST_CASE("of an array one running task is wanted", "[job]") {
    const std::string two = "18|17_1|RUNNING|1000|me|1|n1|9:00\n19|17_2|RUNNING|1000|me|1|n2|9:00\n";
    CHECK(told("17", two).find("2 running tasks; name one of them, as in 17_1") != std::string::npos);
    CHECK(told("17_2", two) == "job 19");
    CHECK(told("17", "17|17_3|PENDING|1000|me|1||0:00\n18|17_1|RUNNING|1000|me|1|n1|9:00\n") == "job 18");
}

TEST_CASE("the helper takes nothing away from the job, and every option is given", "[job]") {
    SlurmJob job;
    job.id = "17";
    job.node_count = 8;
    const auto command = helper_command(job, {"pycore", "freeze"});
    for (const char* word : {"--jobid=17", "--overlap", "--nodes=8", "--ntasks=8", "--ntasks-per-node=1", "--gres=none",
                             "--mem-per-cpu=0", "--kill-on-bad-exit=0"}) {
        CHECK(std::find(command.begin(), command.end(), word) != command.end());
    }
    CHECK(command.back() == "freeze");
    CHECK(quote_command({"a b", "it's", "x=1", ""}) == "'a b' 'it'\\''s' x=1 ''");
}

TEST_CASE("steps of jobs are written as Slurm writes them", "[job]") {
    CHECK(parse_step("17.0")->step == "0");
    CHECK(parse_step("17")->step.empty());
    CHECK(parse_step("17_3.batch")->job == "17_3");
    for (const char* wrong : {"", ".", "17.", ".0", "a", "17.x", "17.0.0", "17 0", "-1", "17;rm"})
        CHECK_FALSE(parse_step(wrong));
}

TEST_CASE("times are written as people write them", "[job]") {
    CHECK(parse_duration("90")->count() == 90);
    CHECK(parse_duration("10m")->count() == 600);
    CHECK(parse_duration("1h30m")->count() == 5400);
    CHECK(parse_duration("1d1s")->count() == 86401);
    for (const char* wrong : {"", "m", "10x", "-1", "1m1h", "1m1m", "1.5h", "99999999999999999d", "1 m"}) {
        CHECK_FALSE(parse_duration(wrong));
    }
}

TEST_CASE("the lines for a batch script begin with the signal that they wait for", "[job]") {
    const std::string lines = arm_script(std::chrono::minutes(10), "/opt/my tools/pycore");
    CHECK(lines.starts_with("#SBATCH --signal=B:USR1@600\n"));
    CHECK(lines.find("'/opt/my tools/pycore' job freeze \"$SLURM_JOB_ID\"") != std::string::npos);
}
