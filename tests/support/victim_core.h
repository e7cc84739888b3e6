// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// Real cores for tests: runs tests/native/victim.c's program until it dies, and opens what the kernel
// dumped. Where the kernel writes no core file (core_pattern pipes it away), tests say so and pass.

#include <filesystem>
#include <optional>
#include <string>

#include "process/open_process.h"

namespace pycore::test {

class VictimCore {
public:
    // nullopt, and a warning of the test run, where no core appears.
    static std::optional<VictimCore> dump(const std::string& way);
    ~VictimCore();
    VictimCore(VictimCore&& other) noexcept;

    const ProcessSnapshot& process() const { return process_; }
    // The variable `name` of the victim's program.
    Address address_of(const std::string& name) const;

private:
    VictimCore(std::filesystem::path directory, ProcessSnapshot process);

    std::filesystem::path directory_;
    ProcessSnapshot process_;
};

// The line of victim.c that is marked "HERE: mark".
int line_of(const std::string& mark);

}  // namespace pycore::test
