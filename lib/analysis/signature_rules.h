// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// find_rule: what signature_rules.def says about a frame. A look-up is a hash and a binary search.

#include <string_view>

namespace pycore {

enum class RuleEffect { Drop, Binding, Helper, Detector, Keep };

struct SignatureRule {
    RuleEffect effect = RuleEffect::Keep;
    std::string_view name;     // "importlib"
    std::string_view pattern;  // "importlib._bootstrap*"
};

// Of a frame's text, "module:function" or "module!function". nullptr: nobody says anything about it.
const SignatureRule* find_rule(std::string_view text);

}  // namespace pycore
