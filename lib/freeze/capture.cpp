// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "freeze/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <span>
#include <utility>

#include "freeze/capture_plan.h"
#include "freeze/schedule_witness.h"
#include "process/core_notes.h"
#include "process/handled_signal.h"

namespace pycore {
namespace {

using Clock = ThreadStop::Clock;

constexpr int kMaxAttempts = 3;               // of each kind
constexpr std::size_t kQuicklyListed = 2000;  // mappings; some 1 ms
constexpr int kMaxOpenings = 3;               // of a process whose mappings change
// Segments of the file. elfutils and pystack take time that grows with the square of it: 4,174 cost eu-stack 0.1 s
// and pystack 0.4 s, 80,556 half a minute and a minute.
constexpr std::size_t kMaxRuns = 4000;

// Of this thread.
std::chrono::nanoseconds time_on_processor() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class Capturer {
public:
    Capturer(Capture& capture, const CaptureOptions& options, const Walk& walk, const FindHeap& find_heap)
        : capture_(capture), options_(options), walk_(walk), find_heap_(find_heap) {}

    Result<void> run() {
        foresee();
        if (auto enough = take_level(); !enough) return enough;
        const bool traced = capture_.process.status.tracer != 0;
        if (options_.own_trace && options_.own_trace->crash) return read_held(*options_.own_trace);
        if (!options_.always_stop && try_without_stop(must_guess())) return {};
        if (traced && options_.own_trace && !options_.never_stop) return read_held(*options_.own_trace);
        if (options_.never_stop || traced) return read_while_it_runs();
        if (auto allowed = check_pause(); !allowed) return allowed;
        auto done = stop_and_read();
        // A stop that was only for registers, and is refused.
        if (done || !needs_registers_) return done;
        foresee();
        return try_without_stop(true) ? Result<void>() : done;
    }

private:
    // A stop would not give the registers that it is for.
    bool must_guess() const {
        if (options_.never_stop || capture_.process.status.tracer != 0) return true;
        const auto tasks = list_tasks(pid());
        return std::any_of(tasks.begin(), tasks.end(), [](std::int64_t tid) {
            const auto status = read_status(tid);
            return status && status->state == 'D';
        });
    }

    std::int64_t pid() const { return *capture_.process.snapshot.pid; }

    Result<void> take_level() {
        LivePages& pages = *capture_.process.pages;
        if (options_.level == Level::Full) {
            if (auto fits = check_room(capture_.process); !fits) return fits;
            look_at_written_memory(capture_.process);
        }
        if (options_.level == Level::Heap) {
            for (const AddressRange& range : find_heap_(capture_.process)) pages.fetch_resident(range);
        }
        if (options_.level != Level::Mini) pages.close_gaps(kMaxRuns);
        return {};
    }

    // What more memory than usual costs is known beforehand: some 4 GB/s.
    Result<void> check_pause() const {
        constexpr std::uint64_t kBytesPerMillisecond = 4'000'000;
        const std::uint64_t bytes = capture_.process.pages->present_bytes();
        const auto expected = std::chrono::milliseconds(bytes / kBytesPerMillisecond);
        if (options_.level == Level::Mini || expected <= options_.max_pause) return {};
        return Error{ErrorCode::Limit,
                     fmt::format("it runs, and would stand still for some {} ms while {} MB are read; --max-pause {} "
                                 "allows that, --stop=never reads it while it runs, --mini stops it shortly",
                                 expected.count(), bytes / 1'000'000, 2 * expected.count()),
                     {}};
    }

    // Reads what a walk needs, while the process runs. A search through all of memory is done once, and what it
    // looked at is not kept.
    void foresee() {
        LiveProcess& process = capture_.process;
        process.pages->attach();
        take_new_mappings(process);
        process.pages->mark();  // of the modules' headers there is something already
        if (auto result = walk_(process); result.searched) {
            process.snapshot.runtime_hint = std::move(result.searched);
            process.pages->forget();
            static_cast<void>(walk_(process));
        }
        look_at_essentials(process);
        process.pages->close_gaps(kMaxRuns);
    }

    // Walks over what was captured; true if nothing was missing.
    bool check() {
        LivePages& pages = *capture_.process.pages;
        pages.detach();
        const std::uint64_t before = pages.misses();
        if (options_.note_reads) pages.note_reads();
        const WalkResult result = walk_(capture_.process);
        needs_registers_ = result.needs_registers;
        capture_.has_losses = result.has_losses;
        capture_.missed_reads = pages.misses() - before;
        return capture_.missed_reads == 0;
    }

    // False: it runs, or its C stacks can only be guessed at without its registers, unless `may_guess`.
    bool try_without_stop(bool may_guess) {
        for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
            ++capture_.attempts;
            const auto before = witness_schedule(pid());
            if (!before || before->running) return false;
            capture_.process.snapshot.threads = observe_threads(capture_.process);
            look_at_stacks(capture_.process);
            capture_.process.pages->read_again([] { return true; });
            const auto after = witness_schedule(pid());
            if (!after || *after != *before) continue;
            capture_.consistency = Consistency::Quiescent;
            if (check()) return !needs_registers_ || may_guess;
            foresee();
        }
        return false;
    }

    Result<void> read_while_it_runs() {
        capture_.process.snapshot.threads = observe_threads(capture_.process);
        capture_.process.pages->read_again([] { return true; });
        capture_.consistency = Consistency::Partial;
        check();
        return {};
    }

    Result<void> stop_and_read() {
        for (;;) {
            ++capture_.attempts;
            auto whole = stop_once();
            if (!whole) return std::move(whole).error();
            capture_.consistency = *whole ? Consistency::Stopped : Consistency::Partial;
            const bool nothing_missing = check();
            // What is read after the last stop would be of another instant.
            const bool was_unlucky = got_no_processor_ || may_stop_another_time();
            if ((*whole ? nothing_missing : !was_unlucky) || ++stops_ == kMaxAttempts) return {};
            foresee();
        }
    }

    // A thread that got no processor in time to stop on may get one next time.
    bool may_stop_another_time() const {
        return std::any_of(capture_.threads.begin(), capture_.threads.end(), [](const StoppedThread& thread) {
            if (thread.stopped) return false;
            const auto status = read_status(thread.tid);
            return status && status->state != 'D';
        });
    }

    // All threads stand still for as long as it takes.
    Result<void> read_held(const OwnTrace& trace) {
        const auto begin = Clock::now();
        take_crash(trace);
        capture_.threads = trace.hold();
        if (capture_.threads.empty()) return Error{ErrorCode::NotFound, "it has ended", {}};
        do {
            ++capture_.attempts;
            take_registers(capture_.threads);
            look_at_stacks(capture_.process);
            capture_.process.pages->read_again([] { return true; });
        } while (!check() && (foresee(), capture_.attempts < kMaxAttempts));
        trace.release();
        capture_.stopped = true;
        capture_.pause = Clock::now() - begin;
        capture_.consistency = all_stopped() ? Consistency::Stopped : Consistency::Partial;
        return {};
    }

    void take_crash(const OwnTrace& trace) {
        if (!trace.crash) return;
        capture_.crash = trace.crash;
        capture_.process.snapshot.signal = parse_siginfo(std::as_bytes(std::span(trace.crash->info)));
        capture_.process.snapshot.crashed_tid = trace.crash->tid;
    }

    bool all_stopped() const {
        return std::all_of(capture_.threads.begin(), capture_.threads.end(),
                           [](const StoppedThread& thread) { return thread.stopped; });
    }

    // True if all threads stood still until all was read.
    Result<bool> stop_once() {
        capture_.process.pages->attach();
        bool whole = false;
        options_.on_stop(true);
        auto done = ThreadStop::hold_still(pid(), Clock::now() + options_.max_pause * 3 / 4,
                                           [&](ThreadStop& stop) { whole = read_standing(stop); });
        options_.on_stop(false);
        if (!done) return std::move(done).error();
        return whole;
    }

    bool read_standing(ThreadStop& stop) {
        bool in_time = true;
        const auto deadline = stop.begin() + options_.max_pause;
        const auto worked_before = time_on_processor();
        // Where threads come and go, stacks may lie where nothing was a moment ago.
        if (capture_.process.mappings.size() < kQuicklyListed) take_new_mappings(capture_.process);
        take_registers(stop.threads());
        look_at_stacks(capture_.process);
        capture_.process.pages->read_again([&] { return in_time = in_time && Clock::now() < deadline; });
        stop.resume();
        const auto end = Clock::now();
        options_.on_stop(false);
        got_no_processor_ = !in_time && time_on_processor() - worked_before < options_.max_pause / 2;
        capture_.stopped = true;
        capture_.pause = std::max(capture_.pause, std::chrono::nanoseconds(end - stop.begin()));
        capture_.threads = std::move(stop).take_threads();
        return in_time && all_stopped();
    }

    // Those of a thread that did not stop are what the kernel tells of a blocked one. Both lists ascend.
    void take_registers(const std::vector<StoppedThread>& stopped) {
        auto& threads = capture_.process.snapshot.threads;
        std::vector<Thread> known = std::exchange(threads, {});
        threads.reserve(stopped.size());
        auto next = known.begin();
        for (const StoppedThread& each : stopped) {
            while (next != known.end() && next->tid < each.tid) ++next;
            const bool same = next != known.end() && next->tid == each.tid;
            threads.push_back(same ? std::move(*next) : Thread{each.tid, {}, 0, {}});
            if (!each.stopped) continue;
            if (const auto registers = parse_registers(each.registers)) threads.back().registers = *registers;
        }
    }

    Capture& capture_;
    const CaptureOptions& options_;
    const Walk& walk_;
    const FindHeap& find_heap_;
    int stops_ = 0;
    bool got_no_processor_ = false;  // for most of the last stop, which was too short for that
    bool needs_registers_ = false;   // said the last walk over what was captured
};

Result<Capture> capture_once(std::int64_t pid, const CaptureOptions& options, const Walk& walk,
                             const FindHeap& find_heap, Diagnostics& diagnostics) {
    auto process = open_live_process(pid, options.search, diagnostics);
    if (!process) return std::move(process).error();
    Capture capture;
    capture.process = *std::move(process);
    capture.level = options.level;
    if (auto done = Capturer(capture, options, walk, find_heap).run(); !done) return std::move(done).error();
    capture.process.pages->detach();
    capture.process.snapshot.present_bytes = capture.process.pages->present_bytes();
    return capture;
}

// Its mappings are read before anything else; a process that starts threads, grows or loads libraries may use others
// when it is read.
bool misses_new_mappings(const Capture& capture, const CaptureOptions& options) {
    if (!capture.has_losses || options.own_trace || options.level == Level::Full) return false;
    const auto now = read_mappings(capture.process.task);
    return now && *now != capture.process.mappings;
}

}  // namespace

std::string_view to_string(Level level) {
    switch (level) {
        case Level::Mini: break;
        case Level::Heap: return "heap";
        case Level::Full: return "full";
    }
    return "mini";
}

std::string_view to_string(Consistency consistency) {
    switch (consistency) {
        case Consistency::Quiescent: return "quiescent";
        case Consistency::Stopped: return "stopped";
        case Consistency::Partial: break;
    }
    return "partial";
}

Result<Capture> capture_process(std::int64_t pid, const CaptureOptions& options, const Walk& walk,
                                const FindHeap& find_heap, Diagnostics& diagnostics) {
    auto capture = capture_once(pid, options, walk, find_heap, diagnostics);
    for (int i = 1; i < kMaxOpenings && capture && misses_new_mappings(*capture, options); ++i) {
        Diagnostics anew;
        auto next = capture_once(pid, options, walk, find_heap, anew);
        if (!next) {  // it ended meanwhile: what there is counts
            static_cast<void>(walk(capture->process));
            break;
        }
        next->attempts += capture->attempts;
        next->pause = std::max(next->pause, capture->pause);
        next->stopped = next->stopped || capture->stopped;
        capture = std::move(next);
        diagnostics = std::move(anew);
    }
    return capture;
}

}  // namespace pycore
