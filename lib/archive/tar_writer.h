// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// TarWriter writes a tar archive into a sink, as any tar reads it: plain files and hard links, owned by nobody in
// particular, readable for their owner.

#include <cstdint>
#include <string>

#include "base/byte_sink.h"

namespace pycore {

class TarWriter {
public:
    // `time`: of the members, seconds since the epoch.
    TarWriter(ByteSink sink, std::int64_t time) : sink_(std::move(sink)), time_(time) {}

    Result<void> add(const std::string& name, std::string_view bytes);
    // `content` writes exactly `size` bytes.
    Result<void> add(const std::string& name, std::uint64_t size, const FileContent& content);
    Result<void> add_link(const std::string& name, const std::string& target);
    Result<void> finish();

private:
    Result<void> header(const std::string& name, std::uint64_t size, char type, const std::string& link);
    Result<void> records(const std::string& name, const std::string& link);
    Result<void> fill(std::uint64_t size);

    ByteSink sink_;
    std::int64_t time_;
};

}  // namespace pycore
