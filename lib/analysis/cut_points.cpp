// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/cut_points.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pycore {
namespace {

enum class Language { Python, Native };
enum class Match { Exact, Prefix };

// A frame's function and the end of its file or the beginning of its module. The operation is `name`; where
// that ends with a blank, the rest of the function's name is put behind it.
struct Rule {
    Language language;
    Match match;
    std::string_view place;  // end of the Python file, begin of the native module; "" for any
    std::string_view function;
    Stance stance;
    std::string_view name;
    bool synchronizing = false;
};

constexpr auto kPy = Language::Python;
constexpr auto kC = Language::Native;

// First the particular, then the general.
constexpr std::array kRules = {
    // MPI, also its profiling names (MPI 4.1, 15.2). A pickling collective of mpi4py is send and receive below,
    // and duplicates its communicator when it is first called: these count as the same place.
    Rule{kC, Match::Exact, "", "PMPI_Barrier", Stance::Collective, "MPI Barrier", true},
    Rule{kC, Match::Prefix, "", "PMPI_Allreduce", Stance::Collective, "MPI Allreduce", true},
    Rule{kC, Match::Prefix, "", "PMPI_Allgather", Stance::Collective, "MPI Allgather", true},
    Rule{kC, Match::Prefix, "", "PMPI_Alltoall", Stance::Collective, "MPI Alltoall", true},
    Rule{kC, Match::Prefix, "", "PMPI_Reduce_scatter", Stance::Collective, "MPI Reduce_scatter", true},
    Rule{kC, Match::Prefix, "", "PMPI_Bcast", Stance::Collective, "MPI Bcast"},
    Rule{kC, Match::Prefix, "", "PMPI_Reduce", Stance::Collective, "MPI Reduce"},
    Rule{kC, Match::Prefix, "", "PMPI_Gather", Stance::Collective, "MPI Gather"},
    Rule{kC, Match::Prefix, "", "PMPI_Scatter", Stance::Collective, "MPI Scatter"},
    Rule{kC, Match::Prefix, "", "PMPI_Scan", Stance::Collective, "MPI Scan"},
    Rule{kC, Match::Prefix, "", "PMPI_Exscan", Stance::Collective, "MPI Exscan"},
    Rule{kC, Match::Exact, "", "PMPI_Finalize", Stance::Collective, "MPI Finalize", true},
    Rule{kC, Match::Exact, "", "ompi_mpi_finalize", Stance::Collective, "MPI Finalize", true},
    Rule{kC, Match::Exact, "", "ompi_mpi_init", Stance::Collective, "MPI Init", true},
    Rule{kC, Match::Prefix, "", "PMPI_Init", Stance::Collective, "MPI Init", true},
    Rule{kC, Match::Prefix, "", "PMPI_Comm_", Stance::Peer, "MPI message"},
    Rule{kC, Match::Prefix, "", "PMPI_Win_", Stance::Collective, "MPI Win_"},
    Rule{kC, Match::Prefix, "", "PMPI_File_", Stance::Peer, "MPI File_"},
    Rule{kC, Match::Prefix, "", "PMPI_", Stance::Peer, "MPI message"},
    Rule{kC, Match::Exact, "", "MPI_Barrier", Stance::Collective, "MPI Barrier", true},
    Rule{kC, Match::Prefix, "", "MPI_Allreduce", Stance::Collective, "MPI Allreduce", true},
    Rule{kC, Match::Prefix, "", "MPI_Allgather", Stance::Collective, "MPI Allgather", true},
    Rule{kC, Match::Prefix, "", "MPI_Alltoall", Stance::Collective, "MPI Alltoall", true},
    Rule{kC, Match::Prefix, "", "MPI_Bcast", Stance::Collective, "MPI Bcast"},
    Rule{kC, Match::Prefix, "", "MPI_Reduce", Stance::Collective, "MPI Reduce"},
    Rule{kC, Match::Exact, "", "MPI_Finalize", Stance::Collective, "MPI Finalize", true},
    Rule{kC, Match::Prefix, "", "MPI_", Stance::Peer, "MPI message"},
    // torch.distributed; below it NCCL and Gloo by themselves.
    Rule{kPy, Match::Exact, "torch/distributed/distributed_c10d.py", "barrier", Stance::Collective, "torch barrier",
         true},
    Rule{kPy, Match::Exact, "torch/distributed/distributed_c10d.py", "monitored_barrier", Stance::Collective,
         "torch barrier", true},
    Rule{kPy, Match::Prefix, "torch/distributed/distributed_c10d.py", "all_", Stance::Collective, "torch all_", true},
    Rule{kPy, Match::Prefix, "torch/distributed/distributed_c10d.py", "reduce_scatter", Stance::Collective,
         "torch reduce_scatter", true},
    Rule{kPy, Match::Exact, "torch/distributed/distributed_c10d.py", "send", Stance::Peer, "torch send"},
    Rule{kPy, Match::Exact, "torch/distributed/distributed_c10d.py", "recv", Stance::Peer, "torch recv"},
    Rule{kPy, Match::Prefix, "torch/distributed/distributed_c10d.py", "init_process_group", Stance::Collective,
         "torch init_process_group", true},
    Rule{kPy, Match::Prefix, "torch/distributed/distributed_c10d.py", "", Stance::Collective, "torch "},
    Rule{kPy, Match::Prefix, "torch/distributed/rendezvous.py", "", Stance::Collective, "torch rendezvous", true},
    Rule{kPy, Match::Prefix, "horovod/torch/mpi_ops.py", "", Stance::Collective, "horovod "},
    Rule{kC, Match::Prefix, "", "ncclAllReduce", Stance::Collective, "NCCL AllReduce", true},
    Rule{kC, Match::Prefix, "", "ncclAllGather", Stance::Collective, "NCCL AllGather", true},
    Rule{kC, Match::Prefix, "", "ncclCommInit", Stance::Collective, "NCCL CommInit", true},
    Rule{kC, Match::Prefix, "", "nccl", Stance::Collective, "NCCL "},
    Rule{kC, Match::Prefix, "", "c10d::", Stance::Collective, "c10d "},
    Rule{kC, Match::Prefix, "", "gloo::barrier", Stance::Collective, "Gloo barrier", true},
    Rule{kC, Match::Prefix, "", "gloo::allreduce", Stance::Collective, "Gloo allreduce", true},
    Rule{kC, Match::Prefix, "", "gloo::", Stance::Collective, "Gloo "},
    // multiprocessing and threading's Barrier, which its own is built from.
    Rule{kPy, Match::Exact, "/threading.py", "Barrier.wait", Stance::Collective, "Barrier.wait", true},
    Rule{kPy, Match::Exact, "/threading.py", "Barrier._wait", Stance::Collective, "Barrier.wait", true},
    Rule{kPy, Match::Exact, "/threading.py", "_wait", Stance::Collective, "Barrier.wait", true},
    Rule{kPy, Match::Exact, "/threading.py", "_enter", Stance::Collective, "Barrier.wait", true},
    Rule{kPy, Match::Exact, "multiprocessing/queues.py", "Queue.get", Stance::Idle, "Queue.get"},
    Rule{kPy, Match::Exact, "multiprocessing/queues.py", "SimpleQueue.get", Stance::Idle, "Queue.get"},
    Rule{kPy, Match::Exact, "multiprocessing/queues.py", "get", Stance::Idle, "Queue.get"},
    Rule{kPy, Match::Prefix, "multiprocessing/queues.py", "", Stance::Peer, "Queue.put"},
    Rule{kPy, Match::Exact, "multiprocessing/pool.py", "worker", Stance::Running, ""},
    Rule{kPy, Match::Prefix, "multiprocessing/pool.py", "", Stance::Peer, "Pool result"},
    Rule{kPy, Match::Exact, "multiprocessing/synchronize.py", "Event.wait", Stance::Peer, "Event.wait"},
    Rule{kPy, Match::Exact, "multiprocessing/synchronize.py", "Condition.wait", Stance::Peer, "Condition.wait"},
    Rule{kPy, Match::Exact, "multiprocessing/synchronize.py", "wait", Stance::Peer, "Condition.wait"},
    Rule{kPy, Match::Prefix, "multiprocessing/synchronize.py", "", Stance::Peer, "multiprocessing.Lock"},
    Rule{kC, Match::Prefix, "", "_multiprocessing_SemLock_acquire", Stance::Peer, "multiprocessing.Lock"},
    Rule{kPy, Match::Prefix, "multiprocessing/managers.py", "", Stance::Peer, "manager"},
    Rule{kPy, Match::Prefix, "multiprocessing/connection.py", "", Stance::Peer, "Connection"},
    Rule{kPy, Match::Prefix, "multiprocessing/popen_", "", Stance::Peer, "join"},
    Rule{kPy, Match::Exact, "multiprocessing/process.py", "BaseProcess.join", Stance::Peer, "Process.join"},
    Rule{kPy, Match::Exact, "multiprocessing/process.py", "join", Stance::Peer, "Process.join"},
    Rule{kPy, Match::Prefix, "concurrent/futures/_base.py", "", Stance::Peer, "Future.result"},
    // Event loops that nothing comes to.
    Rule{kPy, Match::Prefix, "/selectors.py", "", Stance::Idle, "event loop"},
    // Sockets (Modules/socketmodule.c).
    Rule{kC, Match::Prefix, "", "sock_recv", Stance::Peer, "socket message"},
    Rule{kC, Match::Prefix, "", "sock_send", Stance::Peer, "socket message"},
    Rule{kC, Match::Prefix, "", "sock_accept", Stance::Peer, "socket accept"},
    Rule{kC, Match::Prefix, "", "sock_connect", Stance::Peer, "socket connect"},
    Rule{kPy, Match::Exact, "/socket.py", "SocketIO.readinto", Stance::Peer, "socket message"},
    Rule{kPy, Match::Exact, "/socket.py", "readinto", Stance::Peer, "socket message"},
    Rule{kPy, Match::Exact, "/socket.py", "create_connection", Stance::Peer, "socket connect"},
};

// Where the stack shows no more than the interpreter: C functions without symbols.
struct WaitRule {
    std::string_view begin;
    std::string_view name;
};
constexpr std::array kWaitRules = {
    WaitRule{"syscall: recvfrom", "socket message"}, WaitRule{"syscall: recvmsg", "socket message"},
    WaitRule{"syscall: sendto", "socket message"},   WaitRule{"syscall: sendmsg", "socket message"},
    WaitRule{"syscall: accept", "socket accept"},    WaitRule{"syscall: connect", "socket connect"},
    WaitRule{"syscall: wait4", "child process"},     WaitRule{"syscall: waitid", "child process"},
};

bool matches(const Rule& rule, const JobFrame& frame) {
    if (frame.python != (rule.language == kPy) || !frame.function.starts_with(rule.function)) return false;
    if (rule.match == Match::Exact && frame.function.size() != rule.function.size()) return false;
    if (rule.place.empty()) return true;
    // "multiprocessing/popen_" stands for popen_fork.py and its like.
    return rule.place.ends_with(".py") ? frame.file.ends_with(rule.place)
                                       : frame.file.find(rule.place) != std::string::npos;
}

std::string operation_of(const Rule& rule, const JobFrame& frame) {
    if (!rule.name.ends_with(' ') && !rule.name.ends_with('_')) return std::string(rule.name);
    std::string rest = frame.function.substr(rule.function.size());
    rest.resize(std::min(rest.find('('), rest.size()));
    return std::string(rule.name) + rest;
}

}  // namespace

std::optional<CutPoint> find_cut(const std::vector<const JobFrame*>& frames) {
    for (std::size_t depth = 0; depth < frames.size(); ++depth) {
        const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                       [&](const Rule& candidate) { return matches(candidate, *frames[depth]); });
        if (rule == kRules.end() || rule->name.empty()) continue;
        return CutPoint{depth, rule->stance, operation_of(*rule, *frames[depth]), rule->synchronizing,
                        rule->name == "MPI Finalize"};
    }
    return std::nullopt;
}

std::optional<CutPoint> find_cut_by_wait(std::string_view wait, std::size_t depth) {
    for (const WaitRule& rule : kWaitRules) {
        if (wait.starts_with(rule.begin)) return CutPoint{depth, Stance::Peer, std::string(rule.name), false, false};
    }
    return std::nullopt;
}

bool runs_in_event_loop(const std::vector<const JobFrame*>& frames) {
    return std::any_of(frames.begin(), frames.end(), [](const JobFrame* frame) {
        return frame->python && frame->file.ends_with("asyncio/base_events.py") &&
               frame->function.ends_with("_run_once");
    });
}

bool is_library_file(std::string_view file) {
    if (file.starts_with('<')) return true;  // <frozen importlib._bootstrap>, <string>
    if (file.find("/site-packages/") != std::string_view::npos) return true;
    if (file.find("/dist-packages/") != std::string_view::npos) return true;
    // .../lib/python3.11/threading.py, .../lib64/python3.13t/...
    const std::size_t lib = file.rfind("/python3.");
    return lib != std::string_view::npos && lib >= 4 &&
           (file.substr(0, lib).ends_with("/lib") || file.substr(0, lib).ends_with("/lib64"));
}

}  // namespace pycore
