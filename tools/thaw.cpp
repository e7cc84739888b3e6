// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include <fmt/format.h>

#include "output.h"
#include "process/core_file.h"
#include "report/escape.h"
#include "sandboxed.h"
#include "tool.h"

namespace pycore {
namespace {

// "hung.core.zst" -> "hung.core", "hung.tar" -> "hung.core".
std::string plain_name(std::string name) {
    name.erase(0, name.rfind('/') + 1);
    for (const std::string_view end : {".zst", ".lz4", ".xz", ".gz", ".tar", ".bundle"}) {
        if (name.ends_with(end)) name.resize(name.size() - end.size());
    }
    return name.ends_with(".core") || name.starts_with("core") ? name : name + ".core";
}

ExitStatus run(const Tool& tool, const Invocation& invocation) {
    const std::string& target = invocation.target();
    const std::string output = invocation.has("output") ? invocation.value("output") : plain_name(target);
    const auto tell = [&](std::string_view message) { print_error(tool.name, fmt::format("{}: {}", target, message)); };
    if (is_same_file(output, target)) {
        tell("is what would be written to; -o CORE names another file");
        return ExitStatus::Usage;
    }
    enter_sandbox_for(invocation, {}, output);
    Diagnostics diagnostics;
    const auto core = open_core_file(target, diagnostics);
    if (!core) {
        tell(core.error().message);
        return ExitStatus::NoAnswer;
    }
    for (const Diagnostic& diagnostic : diagnostics.entries()) tell(diagnostic.message);
    const auto written = write_private_file(output, [&](const ByteSink& sink) {
        return sink({reinterpret_cast<const char*>(core->bytes.data()), core->bytes.size()});
    });
    if (!written) {
        print_error(tool.name, written.error().message);
        return ExitStatus::NoAnswer;
    }
    static_cast<void>(
        write_stdout(fmt::format("{}: {:.1f} MB\n", escape(output), static_cast<double>(*written) / 1e6)));
    return diagnostics.entries().empty() ? ExitStatus::Complete : ExitStatus::Partial;
}

}  // namespace

Tool thaw_tool() {
    return {"thaw",
            "write the plain ELF core out of a snapshot, a bundle or a packed core",
            ReadDepth::Process,
            {{"output,o", "CORE",
              "Write to `CORE`; else to the name of the snapshot without its endings, in this folder."}},
            run};
}

}  // namespace pycore
