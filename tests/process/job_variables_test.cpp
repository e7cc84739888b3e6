// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/job_variables.h"

#include "support/catch.h"

using namespace pycore;

TEST_CASE("under mpirun in Slurm the rank is mpirun's, not the launcher's", "[process]") {
    const JobVariables told = read_job_variables({{"SLURM_PROCID", "0"},
                                                  {"SLURM_NTASKS", "2"},
                                                  {"SLURM_JOB_ID", "17"},
                                                  {"SLURM_STEP_ID", "0"},
                                                  {"SLURMD_NODENAME", "n2"},
                                                  {"OMPI_COMM_WORLD_RANK", "3"},
                                                  {"OMPI_COMM_WORLD_SIZE", "4"}});
    CHECK(told.rank == 3);
    CHECK(told.world_size == 4);
    CHECK(told.node == "n2");
    CHECK(told.job == "17.0");
}

TEST_CASE("a batch script of Slurm is no rank, and a task of an array has its own job", "[process]") {
    const JobVariables told = read_job_variables(
        {{"SLURM_PROCID", "0"}, {"SLURM_JOB_ID", "12"}, {"SLURM_ARRAY_JOB_ID", "10"}, {"SLURM_ARRAY_TASK_ID", "2"}});
    CHECK(!told.rank);
    CHECK(told.job == "10_2");
}

TEST_CASE("a rank that is no number is none", "[process]") {
    const JobVariables told =
        read_job_variables({{"RANK", "first"}, {"PMI_RANK", "-1"}, {"SLURM_PROCID", "5x"}, {"SLURM_STEP_ID", "0"}});
    CHECK(!told.rank);
    CHECK(!told.world_size);
}

TEST_CASE("only variables that tell of the job are kept of an environment", "[process]") {
    Environment environment;
    for (const char* entry : {"RANK=2", "AWS_SECRET_ACCESS_KEY=x", "WORLD_SIZE=4", "RANK", "=", ""}) {
        add_job_variable(entry, environment);
    }
    CHECK(environment == Environment{{"RANK", "2"}, {"WORLD_SIZE", "4"}});
}
