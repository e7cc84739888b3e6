// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// The members of one JSON object, looked up by name. A look-up goes on from where the last one ended, so that
// a document whose keys come in the order in which they are asked for is walked once. Private to this folder:
// it shows the parser's types.

#include <simdjson.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace pycore {

class JsonFields {
public:
    // `wrong` counts the values that are not of the type that was asked for.
    JsonFields(simdjson::dom::object object, std::size_t& wrong)
        : object_(object), at_(object.begin()), wrong_(&wrong) {}

    // nullopt if it is not there, or null.
    std::optional<simdjson::dom::element> find(std::string_view name) {
        auto value = find_from(at_, object_.end(), name);
        if (!value) value = find_from(object_.begin(), at_, name);
        if (value && value->is_null()) return std::nullopt;
        return value;
    }

    std::optional<std::string> text(std::string_view name) {
        const auto view = get<std::string_view>(name);
        return view ? std::optional<std::string>(*view) : std::nullopt;
    }
    std::string text_or(std::string_view name, std::string_view otherwise) {
        return std::string(get<std::string_view>(name).value_or(otherwise));
    }
    std::optional<std::int64_t> number(std::string_view name) { return get<std::int64_t>(name); }
    std::optional<bool> truth(std::string_view name) { return get<bool>(name); }
    bool is_true(std::string_view name) { return get<bool>(name).value_or(false); }

    // "0x7f...": hex digits in a string.
    std::optional<Address> address(std::string_view name) {
        const auto view = get<std::string_view>(name);
        if (!view) return std::nullopt;
        Address address;
        const char* end = view->data() + view->size();
        const auto parsed = view->starts_with("0x") ? std::from_chars(view->data() + 2, end, address.value, 16)
                                                    : std::from_chars_result{};
        if (parsed.ptr == end && parsed.ec == std::errc()) return address;
        ++*wrong_;
        return std::nullopt;
    }

    std::optional<simdjson::dom::object> object(std::string_view name) { return get<simdjson::dom::object>(name); }
    std::optional<simdjson::dom::array> array(std::string_view name) { return get<simdjson::dom::array>(name); }

    std::size_t& wrong() { return *wrong_; }

private:
    using Place = simdjson::dom::object::iterator;

    std::optional<simdjson::dom::element> find_from(Place from, Place to, std::string_view name) {
        for (; from != to; ++from) {
            if (from.key() != name) continue;
            const auto value = from.value();
            at_ = ++from;
            return value;
        }
        return std::nullopt;
    }

    template <typename T>
    std::optional<T> get(std::string_view name) {
        const auto value = find(name);
        if (!value) return std::nullopt;
        T typed;
        if (value->get(typed) == simdjson::SUCCESS) return typed;
        ++*wrong_;
        return std::nullopt;
    }

    simdjson::dom::object object_;
    Place at_;
    std::size_t* wrong_;
};

// The objects of an array; others are counted as wrong.
template <typename Visit>
void for_each_object(const std::optional<simdjson::dom::array>& array, std::size_t& wrong, Visit&& visit) {
    if (!array) return;
    for (const simdjson::dom::element item : *array) {
        simdjson::dom::object object;
        if (item.get(object) == simdjson::SUCCESS) {
            visit(JsonFields(object, wrong));
        } else {
            ++wrong;
        }
    }
}

}  // namespace pycore
