// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/text_object.h"

#include <fmt/format.h>

#include <algorithm>

namespace pycore {
namespace {

constexpr std::uint64_t kMaxCharacters = 1U << 20;  // of a name or path; CPython has no bound
constexpr std::uint64_t kMaxInMemory = 1ULL << 44;  // characters

// PyASCIIObject.state (Include/cpython/unicodeobject.h).
struct TextState {
    unsigned kind;  // bytes a character: 1, 2, 4
    bool compact;
    bool ascii;
};

TextState parse_state(std::uint32_t state, int kind_bit) {
    return {state >> kind_bit & 7, (state >> (kind_bit + 3) & 1) != 0, (state >> (kind_bit + 4) & 1) != 0};
}

template <typename Unit>
Result<std::string> decode(std::span<const std::byte> bytes, Address address) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i + sizeof(Unit) <= bytes.size(); i += sizeof(Unit)) {
        Unit unit;
        std::memcpy(&unit, bytes.data() + i, sizeof(unit));
        if (unit > 0x10ffff) {
            return Error{ErrorCode::Corrupt, "str at " + to_string(address) + " holds an impossible character",
                         address};
        }
        append_utf8(text, unit);
    }
    return text;
}

Result<std::string> decode(const TextState& state, std::span<const std::byte> bytes, Address address) {
    const auto is_ascii = [](std::byte byte) { return (byte & std::byte{0x80}) == std::byte{0}; };
    if (state.ascii && !std::all_of(bytes.begin(), bytes.end(), is_ascii)) {
        return Error{ErrorCode::Corrupt, "str at " + to_string(address) + " is ASCII and is not", address};
    }
    if (state.ascii) return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    switch (state.kind) {
        case 1: return decode<std::uint8_t>(bytes, address);
        case 2: return decode<std::uint16_t>(bytes, address);
        default: return decode<std::uint32_t>(bytes, address);
    }
}

// Where the characters are: behind the header, or where data.any points (subclasses of str).
Result<Address> find_characters(const Remote& remote, Address object, const TextState& state) {
    const auto& fields = remote.layout.unicode_object;
    const std::uint32_t ascii_header = *fields.asciiobject_size;
    const std::uint32_t header = fields.compactunicodeobject_size.value_or(ascii_header + 16);
    if (!state.compact) return read_address(remote.memory, object + header);
    return object + (state.ascii ? ascii_header : header);
}

Error corrupt(Address object, const char* what) {
    return {ErrorCode::Corrupt, fmt::format("str at {} {}", to_string(object), what), object};
}

// Every str is followed by a NUL of its own kind, which its length does not count.
bool ends_there(const Remote& remote, Address end, const TextState& state) {
    std::uint32_t terminator = 0;
    const auto bytes = std::as_writable_bytes(std::span(&terminator, 1)).first(state.kind);
    return !remote.memory.read(end, bytes) || terminator == 0;
}

struct TextHead {
    TextState state;
    std::uint64_t length;  // characters
};

Result<TextHead> read_head(const Remote& remote, TypeObjects& types, Address object) {
    const auto type = types.type_of(object);
    const bool may_be_text = type ? (*type)->is_text() : type.error().code == ErrorCode::Absent;
    if (!may_be_text) return Error{ErrorCode::Corrupt, to_string(object) + " is not a str", object};
    const auto& fields = remote.layout.unicode_object;
    const auto header = RemoteStruct::read(remote.memory, object, *fields.asciiobject_size, "str");
    if (!header) return header.error();
    const auto length = header->value<std::uint64_t>(fields.length);
    const auto bits = header->value<std::uint32_t>(fields.state);
    if (!length || !bits) return corrupt(object, "is damaged");
    const TextState state = parse_state(*bits, remote.traits.text_kind_bit);
    if (state.kind != 1 && state.kind != 2 && state.kind != 4) return corrupt(object, "has an impossible kind");
    return TextHead{state, *length};
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t character) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xc0 | character >> 6);
        put(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        put(0xe0 | character >> 12);
        put(0x80 | (character >> 6 & 0x3f));
        put(0x80 | (character & 0x3f));
    } else {
        put(0xf0 | character >> 18);
        put(0x80 | (character >> 12 & 0x3f));
        put(0x80 | (character >> 6 & 0x3f));
        put(0x80 | (character & 0x3f));
    }
}

Result<std::string> read_text(const Remote& remote, TypeObjects& types, Address object) {
    const auto head = read_head(remote, types, object);
    if (!head) return head.error();
    const auto& [state, length] = *head;
    if (length > kMaxCharacters) {
        return Error{ErrorCode::Limit, fmt::format("str at {} says it has {} characters", to_string(object), length),
                     object};
    }
    if (!ReadBudget::take(remote.budget.text_bytes, length * state.kind)) {
        return Error{ErrorCode::Limit, "the names in this process are too long to be told", object};
    }
    const auto characters = find_characters(remote, object, state);
    if (!characters) return characters.error();
    const auto content = RemoteStruct::read(remote.memory, *characters, length * state.kind, "str characters");
    if (!content) return content.error();
    if (!ends_there(remote, *characters + length * state.kind, state)) return corrupt(object, "has a wrong length");
    return decode(state, content->bytes(), object);
}

Result<TextPrefix> read_text_prefix(const Remote& remote, TypeObjects& types, Address object,
                                    std::size_t max_characters) {
    const auto head = read_head(remote, types, object);
    if (!head) return head.error();
    const auto& [state, length] = *head;
    if (length > kMaxInMemory) return corrupt(object, "has an impossible length");
    const std::uint64_t count = std::min<std::uint64_t>(length, max_characters);
    const auto characters = find_characters(remote, object, state);
    if (!characters) return characters.error();
    const auto content = RemoteStruct::read(remote.memory, *characters, count * state.kind, "str characters");
    if (!content) return content.error();
    if (count == length && !ends_there(remote, *characters + count * state.kind, state)) {
        return corrupt(object, "has a wrong length");
    }
    TextPrefix prefix{{}, length};
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint32_t unit = 0;
        std::memcpy(&unit, content->bytes().data() + i * state.kind, state.kind);
        if (unit > (state.ascii ? 0x7fU : 0x10ffffU)) return corrupt(object, "holds an impossible character");
        prefix.characters += static_cast<char32_t>(unit);
    }
    return prefix;
}

Result<std::string> read_short_text(const Remote& remote, TypeObjects& types, Address object,
                                    std::size_t max_characters) {
    const auto prefix = read_text_prefix(remote, types, object, max_characters);
    if (!prefix) return prefix.error();
    std::string text;
    for (const char32_t character : prefix->characters) append_utf8(text, character);
    if (prefix->length > prefix->characters.size()) text += "…";
    return text;
}

Result<std::span<const std::byte>> read_bytes_object(const Remote& remote, Address object, std::size_t max_size,
                                                     std::vector<std::byte>& storage) {
    const auto& fields = remote.layout.bytes_object;
    const auto size = read_field<std::uint64_t>(remote, object, fields.ob_size, "ob_size of bytes");
    if (!size) return size.error();
    if (*size > max_size) {
        return Error{ErrorCode::Limit, fmt::format("bytes at {} say they are {} long", to_string(object), *size),
                     object};
    }
    const Address data = object + *fields.ob_sval;
    const auto view = remote.memory.view(data, *size);
    if (view.size() == *size) return view;
    storage.resize(*size);
    if (auto done = remote.memory.read(data, storage); !done) return std::move(done).error();
    return std::span<const std::byte>(storage);
}

std::optional<std::uint64_t> read_unsigned(const Remote& remote, TypeObjects& types, Address object) {
    const auto type = types.type_of(object);
    if (!type || !(*type)->is_int()) return std::nullopt;
    const auto& fields = remote.layout.long_object;
    if (!fields.lv_tag || !fields.ob_digit) return std::nullopt;
    const auto tag = read_value<std::int64_t>(remote.memory, object + *fields.lv_tag);
    if (!tag || *tag < 0) return std::nullopt;
    std::int64_t count = *tag;
    if (remote.traits.integer_form == layout::IntegerForm::Tag) {
        if ((*tag & 3) == 2) return std::nullopt;  // negative
        count = (*tag & 3) == 1 ? 0 : *tag >> 3;   // 1: zero
    }
    if (count > 3) return std::nullopt;
    std::uint64_t value = 0;
    for (std::int64_t i = count; i-- > 0;) {
        const auto digit = read_value<std::uint32_t>(remote.memory, object + *fields.ob_digit + 4 * i);
        if (!digit || value >> 34 != 0) return std::nullopt;
        value = value << 30 | (*digit & 0x3fffffff);
    }
    return value;
}

}  // namespace pycore
