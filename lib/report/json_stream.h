// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// JsonStream writes one JSON document into one string, in the order of its calls: the key order of a
// document is the order of the code that writes it. No tree is built, so a dump of a thousand threads
// costs its text and nothing more. Objects and arrays opened as OneLine keep to one line of the output,
// which makes a frame or a diagnostic something that grep finds.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"

namespace pycore {

enum class JsonLayout { Lines, OneLine };

// Takes the text of a document piece by piece.
using TextSink = std::function<void(std::string_view)>;

class JsonStream {
public:
    // With a sink, what is done goes there, and take() gives the rest only.
    explicit JsonStream(TextSink sink = {}) : sink_(std::move(sink)) {}

    void begin_object(JsonLayout layout = JsonLayout::Lines) { open('{', layout); }
    void begin_array(JsonLayout layout = JsonLayout::Lines) { open('[', layout); }
    void end_object() { close('}'); }
    void end_array() { close(']'); }
    void key(std::string_view name);

    void value(std::string_view text);
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(bool truth);
    void value(std::int64_t number);
    void value(std::uint64_t number);
    void value(double number);    // rounded to thousandths
    void value(Address address);  // as a string of hex digits
    void null();
    template <typename T>
    void value(const std::optional<T>& optional) {
        optional ? value(*optional) : null();
    }

    template <typename T>
    void member(std::string_view name, const T& what) {
        key(name);
        value(what);
    }

    // The document, with a line break at its end. Every begin has had its end.
    std::string take() &&;

private:
    struct Level {
        bool one_line = false;
        bool empty = true;
    };

    void open(char bracket, JsonLayout layout);
    void close(char bracket);
    void separate();
    void break_line();
    void drain();

    TextSink sink_;
    std::string out_;
    std::vector<Level> levels_;
    bool after_key_ = false;
};

}  // namespace pycore
