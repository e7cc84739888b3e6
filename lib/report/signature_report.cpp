// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/signature_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/json_parts.h"
#include "report/palette.h"

namespace pycore {
namespace {

constexpr std::size_t kRuleWidth = 22;

std::string_view word(SignatureFrame::Kind kind) { return kind == SignatureFrame::Kind::Python ? "python" : "native"; }

// What is dropped begins with "-", what L1 is made of with "*".
std::string explained(const SignatureFrame& frame, const Palette& palette) {
    const bool site = frame.kept && frame.rule == "site";
    const char mark = site ? '*' : frame.kept ? ' ' : '-';
    const std::string line = fmt::format("  {} {:<{}} {}", mark, escape(frame.rule), kRuleWidth, escape(frame.text));
    return (site ? palette.paint(Paint::Crash, line) : frame.kept ? line : palette.paint(Paint::Dim, line)) + "\n";
}

std::string explained(const ThreadKey& thread) {
    std::string line = fmt::format("  thread {} ({}): {}", thread.tid, escape(thread.role), escape(thread.wait));
    if (!thread.native.empty()) line += " in " + escape(thread.native);
    if (!thread.python.empty()) line += (thread.native.empty() ? " in " : " from ") + escape(thread.python);
    return line + (thread.holds_gil ? ", holds the GIL\n" : "\n");
}

void write_frames(JsonStream& json, const Signature& signature) {
    json.key("frames");
    json.begin_array(JsonLayout::OneLine);
    for (const SignatureFrame& frame : signature.frames) {
        json.begin_object(JsonLayout::OneLine);
        json.member("text", frame.text);
        json.member("kind", word(frame.kind));
        json.member("kept", frame.kept);
        json.key("rule");
        frame.rule.empty() ? json.null() : json.value(frame.rule);
        json.end_object();
    }
    json.end_array();
}

void write_threads(JsonStream& json, const Signature& signature) {
    json.key("threads");
    json.begin_array(JsonLayout::OneLine);
    for (const ThreadKey& thread : signature.threads) {
        json.begin_object(JsonLayout::OneLine);
        json.member("tid", thread.tid);
        json.member("role", thread.role);
        json.member("wait", thread.wait);
        json.member("python", thread.python);
        json.member("native", thread.native);
        json.member("holds_gil", thread.holds_gil);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

std::string signature_title(const Signature& signature) {
    std::string title = signature.reason;
    if (!signature.native_site.empty()) title += " in " + signature.native_site;
    if (!signature.python_site.empty()) {
        title += (signature.native_site.empty() ? " in " : " from ") + signature.python_site;
    }
    return title;
}

std::string write_signature_text(std::string_view target, const Signature& signature,
                                 const SignatureTextOptions& options) {
    const Palette palette(options.color);
    std::string text =
        fmt::format("{}  {}  {} ({})\n", signature.level(options.level), palette.paint(Paint::Header, escape(target)),
                    escape(signature_title(signature)), to_string(signature.confidence));
    if (!options.explain) return text;
    for (const SignatureFrame& frame : signature.frames) text += explained(frame, palette);
    for (const ThreadKey& thread : signature.threads) text += explained(thread);
    return text;
}

std::string write_signature_json(std::string_view target, const ProcessState& state, const Signature& signature,
                                 const JsonOptions& options) {
    JsonStream json;
    json.begin_object(JsonLayout::OneLine);
    write_document_head(json, "pycore/sig/1", state, options);
    json.member("target", target);
    json.member("reason", signature.reason);
    json.member("confidence", to_string(signature.confidence));
    json.member("hang", signature.is_hang);
    json.key("signature");
    json.begin_object(JsonLayout::OneLine);
    constexpr std::array<std::string_view, 4> kLevels = {"L0", "L1", "L2", "L3"};
    for (std::size_t i = 0; i < kLevels.size(); ++i) json.member(kLevels[i], signature.levels[i]);
    json.end_object();
    json.member("native_site", signature.native_site);
    json.member("python_site", signature.python_site);
    write_frames(json, signature);
    write_threads(json, signature);
    write_document_foot(json, state, Subject::Python);
    json.end_object();
    return std::move(json).take();
}

}  // namespace pycore
