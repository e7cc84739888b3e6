// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/slurm_job.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/parse_number.h"
#include "job/run_program.h"

namespace pycore {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);  // with a busy controller
constexpr const char* kQuery = "%A|%i|%T|%U|%u|%D|%N|%L";

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

std::vector<SlurmJob> parse_jobs(std::string_view answer) {
    std::vector<SlurmJob> jobs;
    for (const std::string& line : split(std::string(answer), '\n')) {
        const auto parts = split(line, '|');
        if (parts.size() != 8) continue;
        jobs.push_back({parts[0], parts[1], parts[2], parse_number(parts[3]).value_or(-1), parts[4],
                        parse_number(parts[5]).value_or(0), parts[6], parts[7]});
    }
    return jobs;
}

Error no_such_job(const std::string& id) {
    return {ErrorCode::NotFound,
            fmt::format("Slurm knows no job {} (any more); `squeue --me` lists those that it knows of yours", id),
            {}};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// As pending jobs wait, and others have ended.
Error not_running(const SlurmJob& job) {
    constexpr std::array kWaiting = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD"};
    const bool waits = std::find(kWaiting.begin(), kWaiting.end(), job.state) != kWaiting.end();
    return {ErrorCode::NotFound,
            waits ? fmt::format("job {} has not begun yet ({}): there is nothing to freeze", job.name, job.state)
                  : fmt::format("job {} has ended ({}): nothing of it is left to freeze", job.name, job.state),
            {}};
}

}  // namespace

Result<SlurmJob> choose_job(const std::string& id, std::string_view answer, std::int64_t own_user) {
    std::vector<SlurmJob> jobs = parse_jobs(answer);
    if (jobs.empty()) return no_such_job(id);
    const SlurmJob first = jobs.front();
    std::erase_if(jobs, [](const SlurmJob& job) {
        return job.state != "RUNNING" && job.state != "SUSPENDED" && job.state != "COMPLETING" &&
               job.state != "STOPPED";
    });
    if (jobs.empty()) return not_running(first);
    const auto exact = std::find_if(jobs.begin(), jobs.end(), [&](const SlurmJob& job) { return job.name == id; });
    if (jobs.size() > 1 && exact == jobs.end()) {
        return Error{ErrorCode::InvalidArgument,
                     fmt::format("{} is an array with {} running tasks; name one of them, as in {}", id, jobs.size(),
                                 jobs.front().name),
                     {}};
    }
    SlurmJob job = exact == jobs.end() ? jobs.front() : *exact;
    if (own_user != 0 && job.user != own_user) {
        return Error{
            ErrorCode::InvalidArgument,
            fmt::format("job {} belongs to {}; only they and root can start something in it", job.name, job.user_name),
            {}};
    }
    if (job.node_count < 1) return not_running(job);
    return job;
}

Result<SlurmJob> find_job(const std::string& id) {
    const auto answer = run_program({"squeue", "-h", "-j", id, "-o", kQuery}, kPatience);
    if (!answer && answer.error().code == ErrorCode::NotFound) {
        return Error{ErrorCode::NotFound,
                     "there is no Slurm here (squeue is not in PATH); `pycore freeze --tree PID` freezes what runs on "
                     "this machine",
                     {}};
    }
    if (!answer) return Error{ErrorCode::Io, "Slurm does not answer: " + answer.error().message, {}};
    if (answer->status != 0) {
        const bool unknown = answer->errors.find("Invalid job id") != std::string::npos;
        return unknown ? no_such_job(id) : Error{ErrorCode::Io, "Slurm says: " + first_line(answer->errors), {}};
    }
    return choose_job(id, answer->output, static_cast<std::int64_t>(::geteuid()));
}

std::vector<std::string> node_names(const SlurmJob& job) {
    const auto answer = run_program({"scontrol", "show", "hostnames", job.node_list}, kPatience);
    return answer && answer->status == 0 ? split(answer->output, '\n') : std::vector<std::string>{};
}

std::vector<std::string> helper_command(const SlurmJob& job, const std::vector<std::string>& helper) {
    const std::string nodes = std::to_string(job.node_count);
    std::vector<std::string> command = {"srun",
                                        "--jobid=" + job.id,
                                        "--overlap",
                                        "--nodes=" + nodes,
                                        "--ntasks=" + nodes,
                                        "--ntasks-per-node=1",
                                        "--cpus-per-task=1",
                                        "--gres=none",
                                        "--mem-per-cpu=0",
                                        "--cpu-bind=none",
                                        "--immediate=30",
                                        "--kill-on-bad-exit=0",
                                        "--wait=0",
                                        "--input=none",
                                        "--job-name=pycore"};
    command.insert(command.end(), helper.begin(), helper.end());
    return command;
}

std::string quote_command(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
        const bool plain = !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
        std::string quoted;
        for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += (line.empty() ? "" : " ") + (plain ? word : "'" + quoted + "'");
    }
    return line;
}

}  // namespace pycore
