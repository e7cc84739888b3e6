// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What supervisor and readers send each other through pipes, on one machine and from one executable:
//   u64 index | u64 code | u64 bytes_touched | u64 nanoseconds | u64 size | text[size]
// A task is a message as well: its text is the target.

#include <cstdint>
#include <optional>
#include <string>

namespace pycore {

struct MessageHeader {
    std::uint64_t index = 0;
    std::uint64_t code = 0;  // of a result: 0 text, 1 error; of a task: TargetKind
    std::uint64_t bytes_touched = 0;
    std::uint64_t nanoseconds = 0;
    std::uint64_t size = 0;
};

struct Message {
    MessageHeader header;
    std::string text;
};

inline constexpr std::uint64_t kMaxMessage = std::uint64_t{2} << 30;

// False if the other end is gone. Interrupted calls go on.
bool send_message(int pipe, const Message& message);
// nullopt at the end, or if the other end sends what is no message.
std::optional<Message> receive_message(int pipe);

// Puts messages together from pieces, for who waits for many pipes at once.
class MessageAssembler {
public:
    // Reads what is there now; false at the end of the pipe, or if it is no message.
    bool take_from(int pipe);
    // The message that is complete.
    std::optional<Message> next();

private:
    std::string bytes_;
};

}  // namespace pycore
