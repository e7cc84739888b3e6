// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What `pycore sig` says of one target: a line for people, a line of JSON for programs.

#include <string>
#include <string_view>

#include "report/json_writer.h"
#include "state/process_state.h"
#include "state/signature.h"

namespace pycore {

struct SignatureTextOptions {
    bool color = false;
    bool explain = false;  // every frame, and why it counts or does not
    SignatureLevel level = SignatureLevel::Default;
};

// "1f0c...  core.1  SIGSEGV, null in libfoo!f from app:step (high)", and the frames below it where they are asked for.
std::string write_signature_text(std::string_view target, const Signature& signature,
                                 const SignatureTextOptions& options);

// One line, of schema pycore/sig/1.
std::string write_signature_json(std::string_view target, const ProcessState& state, const Signature& signature,
                                 const JsonOptions& options);

// "SIGSEGV, null in libfoo!f from app:step".
std::string signature_title(const Signature& signature);

}  // namespace pycore
