// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/message.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pycore {
namespace {

bool write_all(int pipe, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(pipe, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

bool read_all(int pipe, char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(pipe, bytes, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

}  // namespace

bool send_message(int pipe, const Message& message) {
    MessageHeader header = message.header;
    header.size = message.text.size();
    char bytes[sizeof(header)];
    std::memcpy(bytes, &header, sizeof(header));
    return write_all(pipe, bytes, sizeof(bytes)) && write_all(pipe, message.text.data(), message.text.size());
}

std::optional<Message> receive_message(int pipe) {
    Message message;
    char bytes[sizeof(message.header)];
    if (!read_all(pipe, bytes, sizeof(bytes))) return std::nullopt;
    std::memcpy(&message.header, bytes, sizeof(bytes));
    if (message.header.size > kMaxMessage) return std::nullopt;
    message.text.resize(message.header.size);
    if (!read_all(pipe, message.text.data(), message.text.size())) return std::nullopt;
    return message;
}

bool MessageAssembler::take_from(int pipe) {
    constexpr std::size_t kPiece = 1U << 18;
    const std::size_t before = bytes_.size();
    bytes_.resize(before + kPiece);
    const ssize_t got = ::read(pipe, bytes_.data() + before, kPiece);
    bytes_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    return got > 0 && bytes_.size() <= kMaxMessage + sizeof(MessageHeader);
}

std::optional<Message> MessageAssembler::next() {
    Message message;
    if (bytes_.size() < sizeof(message.header)) return std::nullopt;
    std::memcpy(&message.header, bytes_.data(), sizeof(message.header));
    if (bytes_.size() - sizeof(message.header) < message.header.size) return std::nullopt;
    message.text = bytes_.substr(sizeof(message.header), message.header.size);
    bytes_.erase(0, sizeof(message.header) + message.header.size);
    return message;
}

}  // namespace pycore
