// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/victim_core.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "elf/elf_symbol.h"
#include "support/catch.h"

namespace pycore::test {
namespace fs = std::filesystem;
namespace {

// Runs the victim in `directory`; true if it died by a signal and a core was written.
bool run_victim(const fs::path& directory, const std::string& way) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit no_limit{RLIM_INFINITY, RLIM_INFINITY};
        if (::setrlimit(RLIMIT_CORE, &no_limit) != 0) ::_exit(2);
        if (::chdir(directory.c_str()) != 0) ::_exit(2);
        ::execl(PYCORE_VICTIM, PYCORE_VICTIM, way.c_str(), nullptr);
        ::_exit(3);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return false;
    REQUIRE(WIFSIGNALED(status));
    return WCOREDUMP(status);
}

std::optional<fs::path> only_file_in(const fs::path& directory) {
    for (const auto& entry : fs::directory_iterator(directory)) return entry.path();
    return std::nullopt;
}

}  // namespace

std::optional<VictimCore> VictimCore::dump(const std::string& way) {
    std::string name = (fs::temp_directory_path() / "pycore-victim-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    const bool dumped = run_victim(name, way);
    const auto core = only_file_in(name);
    if (!dumped || !core) {
        WARN("SKIPPED: this kernel wrote no core file (see /proc/sys/kernel/core_pattern and ulimit -Hc)");
        fs::remove_all(name);
        return std::nullopt;
    }
    Diagnostics diagnostics;
    auto process = open_process(core->string(), {}, diagnostics);
    REQUIRE(process);
    return VictimCore(name, *std::move(process));
}

VictimCore::VictimCore(fs::path directory, ProcessSnapshot process)
    : directory_(std::move(directory)), process_(std::move(process)) {}

VictimCore::VictimCore(VictimCore&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), process_(std::move(other.process_)) {}

VictimCore::~VictimCore() {
    if (!directory_.empty()) fs::remove_all(directory_);
}

Address VictimCore::address_of(const std::string& name) const {
    for (const Module& module : process_.modules) {
        if (!module.file || module.path != PYCORE_VICTIM) continue;
        const auto symbol = find_symbol(*module.file, name);
        REQUIRE(symbol);
        return module.address_of(symbol->link_address);
    }
    FAIL("the victim's program is not among the modules");
    return {};
}

int line_of(const std::string& mark) {
    std::ifstream source(PYCORE_VICTIM_SOURCE);
    std::string text;
    for (int line = 1; std::getline(source, text); ++line) {
        if (text.find("HERE: " + mark + " ") != std::string::npos) return line;
    }
    FAIL("no line is marked " << mark);
    return 0;
}

}  // namespace pycore::test
