// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/read_targets.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/file_descriptor.h"
#include "base/parse_number.h"
#include "batch/message.h"
#include "batch/read_one.h"
#include "batch/reader_process.h"

#if defined(__SANITIZE_ADDRESS__)
#define PYCORE_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PYCORE_ADDRESS_SANITIZER 1
#endif
#endif

namespace pycore {
namespace {

using Clock = ReaderProcess::Clock;

constexpr std::uint64_t kText = 0;
constexpr std::uint64_t kError = 1;
constexpr std::uint64_t kMemoryOfReader = std::uint64_t{400} << 20;  // bytes; ten times what most cores take

// path NUL pid NUL rank NUL host
std::string pack(const Target& target) {
    const auto number = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
    return target.path + '\0' + number(target.pid) + '\0' + number(target.rank) + '\0' + target.host.value_or("");
}

Target target_of(const Message& task) {
    std::array<std::string, 4> words;
    std::size_t begin = 0;
    for (std::string& word : words) {
        const std::size_t end = std::min(task.text.find('\0', begin), task.text.size());
        word = task.text.substr(begin, end - begin);
        begin = std::min(end + 1, task.text.size());
    }
    Target target;
    target.path = words[0];
    target.kind = static_cast<TargetKind>(task.header.code);
    target.pid = parse_number(words[1]);
    target.rank = parse_number(words[2]);
    if (!words[3].empty()) target.host = words[3];
    return target;
}

Message message_of(BatchResult result) {
    Message message;
    message.header.index = result.index;
    message.header.code = result.error ? kError : kText;
    message.header.bytes_touched = result.bytes_touched;
    message.header.nanoseconds = static_cast<std::uint64_t>(result.time.count());
    message.text = result.error ? *std::move(result.error) : std::move(result.text);
    return message;
}

BatchResult result_of(Message message) {
    BatchResult result;
    result.index = message.header.index;
    result.bytes_touched = message.header.bytes_touched;
    result.time = std::chrono::nanoseconds(message.header.nanoseconds);
    if (message.header.code == kText) {
        result.text = std::move(message.text);
    } else {
        result.error = std::move(message.text);
    }
    return result;
}

// Bytes of memory that can be had without taking it from others, by /proc/meminfo and the limit of a cgroup.
std::uint64_t free_memory() {
    std::ifstream lines("/proc/meminfo");
    std::string name;
    std::uint64_t kilobytes = 0;
    std::uint64_t found = std::uint64_t{2} << 30;
    for (std::string unit; lines >> name >> kilobytes; std::getline(lines, unit)) {
        if (name == "MemAvailable:") found = kilobytes << 10;
    }
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        std::uint64_t limit = 0;
        if (std::ifstream(path) >> limit) found = std::min(found, limit);
    }
    return found;
}

void limit_memory(unsigned readers) {
#if defined(PYCORE_ADDRESS_SANITIZER)
    static_cast<void>(readers);  // the sanitizer's own memory is more than that
#else
    const std::uint64_t share = std::max(free_memory() / std::max(readers, 1U), kMemoryOfReader);
    const rlimit limit{share, share};
    ::setrlimit(RLIMIT_DATA, &limit);
#endif
}

void read_until_end(int tasks, int answers, const TargetWork& work, const BatchOptions& options) {
    if (options.confine) options.confine();
    while (const auto task = receive_message(tasks)) {
        if (!send_message(answers, message_of(read_one(target_of(*task), work, options.read)))) return;
    }
}

class Supervision {
public:
    Supervision(std::vector<Message> tasks, int results, const TargetWork& work, const BatchOptions& options)
        : tasks_(std::move(tasks)), results_(results), work_(work), options_(options) {
        const unsigned wanted = options.jobs > 0 ? options.jobs : readers_with_room();
        readers_.resize(std::min<std::size_t>(wanted, tasks_.size()));
    }

    // False if nobody takes the results any more.
    bool run() {
        while (done_ < tasks_.size()) {
            for (auto& reader : readers_) give_work(reader);
            wait();
            for (auto& reader : readers_) look_at(reader);
            if (gone_) return false;
        }
        return true;
    }

    // The readers outlive nothing: their parent ends now.
    void end() {
        for (auto& reader : readers_) {
            if (reader) reader->end();
        }
    }

private:
    using Slot = std::optional<ReaderProcess>;

    void give_work(Slot& reader) {
        if (next_ == tasks_.size() || (reader && reader->is_busy())) return;
        if (!reader) {
            reader = ReaderProcess::start([&](int tasks, int answers) {
                limit_memory(static_cast<unsigned>(readers_.size()));
                read_until_end(tasks, answers, work_, options_);
            });
        }
        if (reader) {
            const std::size_t task = next_++;
            if (!reader->give(tasks_[task], Clock::now() + options_.time_limit)) give_up(reader, "");
        } else if (std::none_of(readers_.begin(), readers_.end(), [](const Slot& slot) { return slot.has_value(); })) {
            send_error(next_++, "there is no room for a process to read it with");
        }
    }

    // Until something comes, or the time of somebody is up.
    void wait() {
        std::vector<pollfd> pipes;
        auto first = Clock::now() + std::chrono::seconds(1);
        for (const Slot& reader : readers_) {
            if (!reader || !reader->is_busy()) continue;
            pipes.push_back({reader->answers(), POLLIN, 0});
            first = std::min(first, reader->deadline());
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
        ::poll(pipes.data(), pipes.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    }

    void look_at(Slot& reader) {
        if (!reader || !reader->is_busy()) return;
        pollfd pipe{reader->answers(), POLLIN, 0};
        bool alive = true;
        if (::poll(&pipe, 1, 0) > 0) {
            if (auto answer = reader->take_answer(alive)) send(*std::move(answer));
            if (!alive) return give_up(reader, "");
        }
        if (reader->is_busy() && Clock::now() >= reader->deadline()) {
            const auto seconds = std::chrono::duration<double>(options_.time_limit).count();
            give_up(reader, "it was not read within " + std::to_string(static_cast<long>(seconds)) +
                                " seconds and given up; --time-limit allows more");
        }
    }

    void give_up(Slot& reader, const std::string& why) {
        const bool was_busy = reader->is_busy();
        const std::uint64_t task = was_busy ? reader->task() : 0;
        const std::string end = reader->end();
        reader.reset();
        if (was_busy) send_error(task, why.empty() ? "the process that read it " + end : why);
    }

    void send_error(std::uint64_t task, std::string why) { send({{task, kError, 0, 0, 0}, std::move(why)}); }

    void send(Message result) {
        ++done_;
        gone_ = gone_ || !send_message(results_, result);
    }

    std::vector<Message> tasks_;
    int results_;
    const TargetWork& work_;
    const BatchOptions& options_;
    std::vector<Slot> readers_;
    std::size_t next_ = 0;
    std::size_t done_ = 0;
    bool gone_ = false;
};

void supervise(int requests, int results, const TargetWork& work, const BatchOptions& options) {
    std::vector<Message> tasks;
    while (auto task = receive_message(requests)) tasks.push_back(*std::move(task));
    Supervision supervision(std::move(tasks), results, work, options);
    static_cast<void>(supervision.run());
    supervision.end();
}

}  // namespace

unsigned readers_with_room() {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int processors = ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    const auto room = std::max<std::uint64_t>(free_memory() / kMemoryOfReader, 1);
    return static_cast<unsigned>(std::clamp<std::uint64_t>(static_cast<std::uint64_t>(processors), 1, room));
}

struct TargetReader::Supervisor {
    ReaderProcess process;
};

TargetReader::TargetReader(std::unique_ptr<Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}
TargetReader::TargetReader(TargetReader&&) noexcept = default;
TargetReader& TargetReader::operator=(TargetReader&&) noexcept = default;
// The supervisor ends once nobody takes its results, and with this process at the latest; it is not waited for.
TargetReader::~TargetReader() = default;

Result<TargetReader> TargetReader::start(TargetWork work, BatchOptions options) {
    auto process = ReaderProcess::start([work = std::move(work), options = std::move(options)](int tasks, int answers) {
        supervise(tasks, answers, work, options);
    });
    if (!process) return Error{ErrorCode::Io, "there is no room for processes to read with", {}};
    auto supervisor = std::make_unique<Supervisor>(Supervisor{*std::move(process)});
    return TargetReader(std::move(supervisor));
}

Result<void> TargetReader::read(const std::vector<Target>& targets, const OnResult& on_result) {
    ReaderProcess& process = supervisor_->process;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        Message task;
        task.header.index = i;
        task.header.code = static_cast<std::uint64_t>(targets[i].kind);
        task.text = pack(targets[i]);
        if (!process.send(task)) break;
    }
    process.end_of_tasks();
    for (std::size_t got = 0; got < targets.size(); ++got) {
        auto result = receive_message(process.answers());
        if (!result || result->header.index >= targets.size()) {
            return Error{ErrorCode::Io, "the process that reads the targets is gone", {}};
        }
        on_result(result_of(*std::move(result)));
    }
    return {};
}

}  // namespace pycore
