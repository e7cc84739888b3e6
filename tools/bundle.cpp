// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include <ctime>

#include "bundle/bundle_files.h"
#include "bundle/bundle_writer.h"
#include "freeze/seekable_zstd.h"
#include "output.h"
#include "report/escape.h"
#include "sandboxed.h"
#include "tool.h"

namespace pycore {
namespace {

bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

void tell_left_out(const Invocation& invocation, const BundleFiles& files) {
    constexpr std::size_t kTold = 5;
    for (std::size_t i = 0; i < files.left_out.size(); ++i) {
        if (i < kTold || invocation.has("verbose")) print_error(invocation.tool(), "left out: " + files.left_out[i]);
    }
    if (files.left_out.size() > kTold && !invocation.has("verbose")) {
        print_error(invocation.tool(),
                    fmt::format("{} more are left out; -v names them", files.left_out.size() - kTold));
    }
}

// The line for people about what was written.
std::string summary(const std::string& path, std::uint64_t size, const BundleFiles& files) {
    std::size_t modules = 0, debug_files = 0, sources = 0;
    for (const BundledFile& file : files.files) {
        if (file.kind == BundledFile::Kind::Module) ++modules;
        if (file.kind == BundledFile::Kind::DebugFile) ++debug_files;
        if (file.kind == BundledFile::Kind::Source) ++sources;
    }
    return fmt::format("{}: {:.1f} MB: the core, {} modules, {} debug files, {} sources\n", escape(path),
                       static_cast<double>(size) / 1e6, modules, debug_files, sources);
}

ExitStatus pack(const Invocation& invocation, const CoreFile& core, const CoreReading& reading,
                const ReadOptions& read) {
    const BundleFiles files =
        find_bundle_files(reading.process, reading.state, read.search, {invocation.has("source"), ""});
    tell_left_out(invocation, files);
    const BundledCore content{core.bytes.size(), [&](const ByteSink& sink) {
                                  return sink({reinterpret_cast<const char*>(core.bytes.data()), core.bytes.size()});
                              }};
    const std::string output = invocation.value("output");
    const auto tar = [&](const ByteSink& sink) {
        return write_bundle(content, files, version(), std::time(nullptr), sink);
    };
    const auto written = write_private_file(
        output, [&](const ByteSink& sink) { return output.ends_with(".tar") ? tar(sink) : write_seekable(tar, sink); });
    if (!written) {
        print_error(invocation.tool(), written.error().message);
        return ExitStatus::NoAnswer;
    }
    static_cast<void>(write_stdout(summary(output, *written, files)));
    return files.left_out.empty() ? ExitStatus::Complete : ExitStatus::Partial;
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    const std::string& target = invocation.target();
    const auto tell = [&](std::string_view message) { print_error(tool.name, fmt::format("{}: {}", target, message)); };
    if (!invocation.has("output") || is_same_file(invocation.value("output"), target)) {
        tell("-o FILE says where to write the bundle");
        return ExitStatus::Usage;
    }
    if (invocation.has("pid") || (is_number(target) && !is_same_file(target, target))) {
        tell("a running process is frozen first: 'pycore freeze --bundle' makes a bundle in one go");
        return ExitStatus::Usage;
    }
    const ReadOptions read = invocation.read_options(tool.needs);
    enter_sandbox_for(invocation, read);
    Diagnostics diagnostics;
    const auto core = open_core_file(target, diagnostics);
    if (!core) {
        tell(core.error().message);
        return ExitStatus::NoAnswer;
    }
    const auto reading = read_core(*core, read, diagnostics);
    if (!reading) {
        tell(reading.error().message);
        return ExitStatus::NoAnswer;
    }
    return pack(invocation, *core, *reading, read);
}

}  // namespace

Tool bundle_tool() {
    return {"bundle",
            "pack a core with the files that reading it needs, to be read on any machine",
            ReadDepth::Stacks,
            {{"source", "", "Pack the Python sources on the stacks, too."},
             {"output,o", "FILE", "Write to `FILE`, packed by zstd unless its name ends in `.tar`."}},
            run};
}

}  // namespace pycore
