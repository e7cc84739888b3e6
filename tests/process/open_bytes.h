// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Opens a core that a test has built, without a file on the disk.

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "process/core_process.h"
#include "support/catch.h"
#include "support/core_builder.h"

namespace pycore::test {

struct Opened {
    Result<ProcessSnapshot> process = Error{};
    Diagnostics diagnostics;

    const ProcessSnapshot* operator->() const { return &*process; }
    // Whether a diagnostic says so.
    bool tells(std::string_view part) const {
        for (const Diagnostic& each : diagnostics.entries()) {
            if (each.message.find(part) != std::string::npos) return true;
        }
        return false;
    }
    std::string messages() const {
        std::string all = process ? "" : "error: " + process.error().message + "\n";
        for (const Diagnostic& each : diagnostics.entries()) {
            all += std::string(to_string(each.severity)) + ": " + each.message + "\n";
        }
        return all;
    }
    const Module* find_module(std::string_view path) const {
        for (const Module& module : process->modules) {
            if (module.path == path) return &module;
        }
        return nullptr;
    }
    // One byte, or '-' if it is absent, '.' if it is unmapped.
    char at(std::uint64_t address) const {
        const auto byte = read_value<char>(*process->memory, {address});
        return byte ? *byte : byte.error().code == ErrorCode::Absent ? '-' : '.';
    }
};

inline Opened open_bytes(std::span<const std::byte> core, const FileSearch& search = {}) {
    const FileDescriptor file(::memfd_create("core", MFD_CLOEXEC));
    REQUIRE(::write(file.get(), core.data(), core.size()) == static_cast<ssize_t>(core.size()));
    auto mapped = MappedFile::from_descriptor("core.1", file.get());
    REQUIRE(mapped);
    Opened opened;
    opened.process = open_core(plain_core(*mapped), search, opened.diagnostics);
    return opened;
}

inline Opened open_built(const CoreBuilder& core, const FileSearch& search = {}) {
    return open_bytes(core.build(), search);
}

}  // namespace pycore::test
