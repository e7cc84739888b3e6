// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "analysis/signature_rules.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace pycore {
namespace {

using enum RuleEffect;

constexpr SignatureRule kRules[] = {
#define SIGNATURE_RULE(effect, name, pattern) {effect, name, pattern},
#include "analysis/signature_rules.def"
};

constexpr std::string_view kAnyModule = "any!";

// Whole texts by hash, beginnings of texts in order: the longest beginning that fits is the entry before the
// text or one that this entry itself begins with.
class RuleTable {
public:
    void add(std::string_view pattern, const SignatureRule& rule) {
        if (pattern.ends_with('*')) {
            beginnings_.push_back({pattern.substr(0, pattern.size() - 1), &rule, kNone});
        } else {
            whole_.emplace(pattern, &rule);
        }
    }

    void sort() {
        std::sort(beginnings_.begin(), beginnings_.end(),
                  [](const Beginning& a, const Beginning& b) { return a.text < b.text; });
        for (std::size_t i = 1; i < beginnings_.size(); ++i) {
            std::size_t shorter = i - 1;
            while (shorter != kNone && !beginnings_[i].text.starts_with(beginnings_[shorter].text)) {
                shorter = beginnings_[shorter].shorter;
            }
            beginnings_[i].shorter = shorter;
        }
    }

    const SignatureRule* find(std::string_view text) const {
        if (const auto found = whole_.find(text); found != whole_.end()) return found->second;
        const auto above = std::upper_bound(beginnings_.begin(), beginnings_.end(), text,
                                            [](std::string_view a, const Beginning& b) { return a < b.text; });
        std::size_t i = static_cast<std::size_t>(above - beginnings_.begin()) - 1;
        while (i != kNone && !text.starts_with(beginnings_[i].text)) i = beginnings_[i].shorter;
        return i == kNone ? nullptr : beginnings_[i].rule;
    }

private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    struct Beginning {
        std::string_view text;
        const SignatureRule* rule;
        std::size_t shorter;  // the longest other entry that this one begins with
    };
    std::unordered_map<std::string_view, const SignatureRule*> whole_;
    std::vector<Beginning> beginnings_;
};

struct Tables {
    RuleTable by_module;
    RuleTable any_module;

    Tables() {
        for (const SignatureRule& rule : kRules) {
            if (rule.pattern.starts_with(kAnyModule)) {
                any_module.add(rule.pattern.substr(kAnyModule.size()), rule);
            } else {
                by_module.add(rule.pattern, rule);
            }
        }
        by_module.sort();
        any_module.sort();
    }
};

}  // namespace

const SignatureRule* find_rule(std::string_view text) {
    static const Tables tables;
    if (const SignatureRule* rule = tables.by_module.find(text)) return rule;
    const std::size_t mark = text.find('!');
    return mark == std::string_view::npos ? nullptr : tables.any_module.find(text.substr(mark + 1));
}

}  // namespace pycore
