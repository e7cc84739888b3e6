// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/job_place.h"

#include "support/catch.h"

using namespace pycore;

TEST_CASE("the place in a job comes from the launchers' variables", "[job]") {
    const Environment environment = {{"SLURM_JOB_ID", "17"},
                                     {"SLURM_STEP_ID", "0"},
                                     {"SLURM_PROCID", "3"},
                                     {"SLURM_STEP_NUM_TASKS", "4"},
                                     {"SLURMD_NODENAME", "n2"}};
    const RankPlace place = place_of(environment);
    CHECK(place == RankPlace{3, 4, "17", "0", "n2", std::nullopt});
    CHECK(has_slurms_rank(environment));
}

TEST_CASE("a task of an array is named as people name it", "[job]") {
    const RankPlace place = place_of(
        {{"SLURM_JOB_ID", "19"}, {"SLURM_ARRAY_JOB_ID", "17"}, {"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_STEP_ID", "1"}});
    CHECK(place.job_id == "17_2");
    CHECK(place.step_id == "1");
}

TEST_CASE("under mpirun in Slurm the rank is mpirun's", "[job]") {
    const Environment environment = {{"SLURM_JOB_ID", "17"}, {"SLURM_STEP_ID", "0"},        {"SLURM_PROCID", "1"},
                                     {"PMIX_RANK", "5"},     {"OMPI_COMM_WORLD_RANK", "6"}, {"PMIX_NAMESPACE", "a.1"}};
    CHECK(place_of(environment).rank == 6);
    CHECK(place_of(environment).mpi_job == "a.1");
    CHECK_FALSE(has_slurms_rank(environment));
}

TEST_CASE("the name of a file has rank, node and process, and nothing that a path could be led astray by", "[job]") {
    RankPlace place;
    CHECK(file_stem(place, "host.example", 42) == "pycore-host.example-42");
    place.rank = 3;
    place.node = "../../etc/x y\n";
    CHECK(file_stem(place, "host", 42) == "rank3-.._.._etc_x_y_-42");
    place.node = std::string(1000, 'n');
    CHECK(file_stem(place, "host", 42).size() < 100);
}
