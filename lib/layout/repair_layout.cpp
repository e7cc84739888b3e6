// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "layout/repair_layout.h"

#include <map>

namespace pycore::layout {
namespace {

constexpr std::size_t kMostDamaged = 4;

std::string name_of(const FieldInfo& info) { return std::string(info.group) + "." + std::string(info.field); }

// They end in whatever a build was configured with; of a debug build they are larger by a half.
bool is_open_ended(std::string_view group) {
    return group == "runtime_state" || group == "interpreter_state" || group == "thread_state" || group == "gc";
}

bool agree(const FieldInfo& info, std::uint32_t own, std::uint32_t table) {
    if (own == table) return true;
    return info.field == "size" && is_open_ended(info.group) && own / 2 <= table && table / 2 <= own;
}

}  // namespace

std::vector<std::string> repair_layout(RuntimeLayout& own, const RuntimeLayout& table) {
    std::map<std::string, std::uint32_t> right;
    for_each_field(table, [&](const FieldInfo& info, const Offset& offset) {
        if (offset) right[name_of(info)] = *offset;
    });
    std::vector<std::string> damaged;
    for_each_field(own, [&](const FieldInfo& info, const Offset& offset) {
        const auto known = right.find(name_of(info));
        if (offset && known != right.end() && !agree(info, *offset, known->second)) damaged.push_back(known->first);
    });
    if (damaged.size() > kMostDamaged) return {};
    for_each_field(own, [&](const FieldInfo& info, Offset& offset) {
        for (const std::string& name : damaged) {
            if (name == name_of(info)) offset = right[name];
        }
    });
    return damaged;
}

}  // namespace pycore::layout
