// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Printers of what has no items: numbers, text, and the objects of which there is one.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "python/text_object.h"
#include "python/text_repr.h"
#include "python/value_kinds.h"

namespace pycore {
namespace {

constexpr std::uint32_t kDigitBits = 30;
constexpr std::int64_t kMaxInMemory = std::int64_t{1} << 44;  // items of anything

Error damaged(Address object) {
    return {ErrorCode::Corrupt, "the object at " + to_string(object) + " is damaged", object};
}

// `Name(` and `)` around the value of a subclass.
class SubclassFrame {
public:
    SubclassFrame(ValuePrinter& printer, const ObjectClass& of) : printer_(printer), shown_(!of.exact) {
        if (shown_) printer.out() += of.short_name() + "(";
    }
    ~SubclassFrame() {
        if (shown_) printer_.out() += ")";
    }
    SubclassFrame(const SubclassFrame&) = delete;
    SubclassFrame& operator=(const SubclassFrame&) = delete;

private:
    ValuePrinter& printer_;
    bool shown_;
};

struct IntegerHead {
    std::int64_t count = 0;  // digits
    bool negative = false;
};

Result<IntegerHead> read_integer_head(const Remote& remote, const layout::ObjectLayout& fields, Address object) {
    const std::uint32_t at = remote.layout.long_object.lv_tag.value_or(fields.header);
    const auto tag = read_value<std::int64_t>(remote.memory, object + at);
    if (!tag) return tag.error();
    IntegerHead head{*tag, *tag < 0};
    if (remote.traits.integer_form == layout::IntegerForm::Tag) {
        if ((*tag & 3) == 3) return damaged(object);
        head = {(*tag & 3) == 1 ? 0 : *tag >> 3, (*tag & 3) == 2};
    } else if (head.negative && *tag >= -kMaxInMemory) {
        head.count = -*tag;
    }
    if (head.count < 0 || head.count > kMaxInMemory) return damaged(object);
    return head;
}

Address digits_at(const Remote& remote, const layout::ObjectLayout& fields, Address object) {
    return object + remote.layout.long_object.ob_digit.value_or(fields.header + 8);
}

// The highest digit of an int is never zero.
Result<std::uint64_t> count_bits(const Remote& remote, Address digits, std::int64_t count) {
    if (count == 0) return std::uint64_t{0};
    const auto top = read_value<std::uint32_t>(remote.memory, digits + 4 * static_cast<std::uint64_t>(count - 1));
    if (!top) return top.error();
    if (*top == 0 || *top >> kDigitBits != 0) return damaged(digits);
    return static_cast<std::uint64_t>(count - 1) * kDigitBits + static_cast<std::uint64_t>(std::bit_width(*top));
}

Result<std::string> read_integer(ValuePrinter& printer, Address object) {
    const Remote& remote = printer.remote();
    const auto head = read_integer_head(remote, printer.fields(), object);
    if (!head) return head.error();
    const Address at = digits_at(remote, printer.fields(), object);
    const auto bits = count_bits(remote, at, head->count);
    if (!bits) return bits.error();
    if (*bits > ValuePrinter::kIntegerBits) return fmt::format("<int of {} bits>", *bits);
    std::vector<std::uint32_t> digits(static_cast<std::size_t>(head->count));
    if (auto done = remote.memory.read(at, std::as_writable_bytes(std::span(digits))); !done) {
        return std::move(done).error();
    }
    const bool sound = std::all_of(digits.begin(), digits.end(), [](auto digit) { return digit >> kDigitBits == 0; });
    if (!sound) return damaged(object);
    if (digits.empty()) digits.push_back(0);
    return integer_repr(digits, head->negative);
}

Result<double> read_double(const Remote& remote, Address at) { return read_value<double>(remote.memory, at); }

void append_rest(std::string& out, std::uint64_t size, std::uint64_t told) {
    if (size > told) out += fmt::format("… {} more", size - told);
}

Result<void> print_byte_range(ValuePrinter& printer, Address first, std::uint64_t size) {
    std::vector<std::byte> content(std::min<std::uint64_t>(size, ValuePrinter::kCharacters));
    if (auto done = printer.remote().memory.read(first, content); !done) return done;
    append_bytes_repr(printer.out(), content);
    append_rest(printer.out(), size, content.size());
    return {};
}

// Of bytes and bytearray; a NUL follows the bytes.
Result<std::uint64_t> read_byte_count(ValuePrinter& printer, Address object) {
    const auto size = read_value<std::int64_t>(printer.remote().memory, object + printer.fields().header);
    if (!size) return size.error();
    if (*size < 0 || *size > kMaxInMemory) return damaged(object);
    return static_cast<std::uint64_t>(*size);
}

}  // namespace

Result<void> print_singleton(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const std::string name = of.name.value_or("");
    if (!of.exact) {
        printer.print_default(object, of);
        return {};
    }
    printer.out() += name == "NoneType" ? "None" : name == "ellipsis" ? "Ellipsis" : "NotImplemented";
    return {};
}

Result<void> print_bool(ValuePrinter& printer, Address object, const ObjectClass&) {
    const auto number = read_integer(printer, object);
    if (!number) return number.error();
    if (*number != "0" && *number != "1") return damaged(object);
    printer.out() += *number == "1" ? "True" : "False";
    return {};
}

Result<void> print_int(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto number = read_integer(printer, object);
    if (!number) return number.error();
    const SubclassFrame frame(printer, of);
    printer.out() += *number;
    return {};
}

Result<void> print_float(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto value = read_double(printer.remote(), object + printer.fields().float_value);
    if (!value) return value.error();
    const SubclassFrame frame(printer, of);
    printer.out() += float_repr(*value);
    return {};
}

Result<void> print_complex(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const Address first = object + printer.fields().header;
    const auto real = read_double(printer.remote(), first);
    if (!real) return real.error();
    const auto imaginary = read_double(printer.remote(), first + 8);
    if (!imaginary) return imaginary.error();
    const SubclassFrame frame(printer, of);
    printer.out() += complex_repr(*real, *imaginary);
    return {};
}

Result<void> print_text(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto text = read_text_prefix(printer.remote(), printer.types(), object, ValuePrinter::kCharacters);
    if (!text) return text.error();
    const SubclassFrame frame(printer, of);
    append_text_repr(printer.out(), text->characters);
    append_rest(printer.out(), text->length, text->characters.size());
    return {};
}

Result<void> print_bytes(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto size = read_byte_count(printer, object);
    if (!size) return size.error();
    const Address first = object + printer.remote().layout.bytes_object.ob_sval.value_or(printer.fields().header + 16);
    const auto end = *size <= ValuePrinter::kCharacters
                         ? read_value<std::uint8_t>(printer.remote().memory, first + *size)
                         : Result<std::uint8_t>(std::uint8_t{0});
    if (!end) return end.error();
    if (*end != 0) return damaged(object);
    const SubclassFrame frame(printer, of);
    return print_byte_range(printer, first, *size);
}

Result<void> print_bytearray(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto size = read_byte_count(printer, object);
    if (!size) return size.error();
    const auto first = read_address(printer.remote().memory, object + printer.fields().bytearray_start);
    if (!first) return first.error();
    printer.out() += of.short_name() + "(";
    if (*size == 0) printer.out() += "b''";
    auto done = *size == 0 ? Result<void>() : print_byte_range(printer, *first, *size);
    printer.out() += ")";
    return done;
}

}  // namespace pycore
