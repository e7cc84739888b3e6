// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Writes the parts of a large job, as `pycore merge --partial` on each node would:
//     make_job_parts FOLDER RANKS RANKS_A_PART
// Each rank has 8 threads of 60 calls; 3 in 100 ranks are elsewhere from some call on.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

#include "analysis/job_tree_builder.h"
#include "report/job_part.h"

using namespace pycore;

namespace {

constexpr int kThreads = 8;
constexpr int kDepth = 60;

std::vector<JobTreeBuilder::Call> stack_of(int thread, bool elsewhere, std::mt19937& random) {
    const int left = elsewhere ? 10 * static_cast<int>(1 + random() % 5) : kDepth;
    const std::string where = "_" + std::to_string(random() % 4);
    std::vector<JobTreeBuilder::Call> calls;
    for (int depth = 0; depth < kDepth; ++depth) {
        const bool python = depth < kDepth / 2;
        const std::string name =
            "call_" + std::to_string(thread) + "_" + std::to_string(depth) + (depth > left ? where : "");
        calls.push_back({{python, python ? "/job/step_" + std::to_string(depth % 7) + ".py" : "libjob.so", name},
                         python ? depth * 10 : 0});
    }
    return calls;
}

JobTree part_of(std::int64_t first, std::int64_t last, std::int64_t world, std::mt19937& random) {
    JobTreeBuilder builder;
    for (std::int64_t rank = first; rank < last; ++rank) {
        JobMember member;
        member.rank = rank;
        member.world_size = world;
        member.host = "node" + std::to_string(first);
        member.pid = 1000 + rank;
        member.target = "rank" + std::to_string(rank) + ".core.zst";
        member.status = "read";
        member.python = true;
        const std::uint32_t number = builder.add_member(std::move(member));
        const bool elsewhere = random() % 100 < 3;
        for (int thread = 0; thread < kThreads; ++thread) {
            const std::string role =
                thread == 0 ? "MainThread" : "pool " + std::string(1, static_cast<char>('a' + thread));
            builder.add_thread(number, role, stack_of(thread, elsewhere, random), thread == 0);
        }
    }
    return std::move(builder).take();
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::fputs("make_job_parts FOLDER RANKS RANKS_A_PART\n", stderr);
        return 2;
    }
    const std::int64_t ranks = std::atoll(words[2]);
    const std::int64_t step = std::max(1LL, std::atoll(words[3]));
    std::mt19937 random(1);
    for (std::int64_t first = 0; first < ranks; first += step) {
        const JobTree part = part_of(first, std::min(first + step, ranks), ranks, random);
        std::ofstream(std::string(words[1]) + "/" + std::to_string(first) + ".part") << write_job_part(part, "0.1.0");
    }
    return 0;
}
