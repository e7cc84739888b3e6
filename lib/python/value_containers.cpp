// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Printers of what has items. Sets are tables of {key, hash} with empty slots and dummies, whose hash is -1
// (Objects/setobject.c); a range and a slice hold three objects each (Objects/rangeobject.c, sliceobject.c).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "python/dict_object.h"
#include "python/value_kinds.h"

namespace pycore {
namespace {

constexpr std::int64_t kMaxInMemory = std::int64_t{1} << 44;  // items of anything
constexpr std::size_t kSlotSize = 16;                         // of a set's table
constexpr std::uint64_t kSlotsAtOnce = 32;
constexpr std::uint64_t kMaxSlots = 4096;  // searched for the first items

Error damaged(Address object) {
    return {ErrorCode::Corrupt, "the object at " + to_string(object) + " is damaged", object};
}

// The items between brackets, and how many are not told.
class ItemList {
public:
    ItemList(ValuePrinter& printer, std::uint64_t count, std::string_view close)
        : printer_(printer), count_(count), close_(close) {}
    ~ItemList() {
        const std::string separator = told_ > 0 ? ", " : "";
        if (told_ < count_ && told_ > 0) printer_.out() += fmt::format("{}… {} more", separator, count_ - told_);
        if (told_ < count_ && told_ == 0) printer_.out() += "…";
        printer_.out() += close_;
    }
    ItemList(const ItemList&) = delete;
    ItemList& operator=(const ItemList&) = delete;

    bool may_go_on() const { return told_ < ValuePrinter::kItems && !printer_.is_full(); }
    void add(Address item) {
        begin();
        printer_.print_inner(item);
    }
    void add(Address key, Address value) {
        begin();
        printer_.print_inner(key);
        printer_.out() += ": ";
        printer_.print_inner(value);
    }

private:
    void begin() {
        if (told_++ > 0) printer_.out() += ", ";
    }

    ValuePrinter& printer_;
    std::uint64_t count_;
    std::string_view close_;
    std::uint64_t told_ = 0;
};

Result<std::uint64_t> read_count(const Remote& remote, Address at) {
    const auto count = read_value<std::int64_t>(remote.memory, at);
    if (!count) return count.error();
    if (*count < 0 || *count > kMaxInMemory) return damaged(at);
    return static_cast<std::uint64_t>(*count);
}

Result<std::vector<Address>> read_pointers(const Remote& remote, Address first, std::uint64_t count) {
    std::vector<Address> pointers(std::min<std::uint64_t>(count, ValuePrinter::kItems));
    if (auto done = remote.memory.read(first, std::as_writable_bytes(std::span(pointers))); !done) {
        return std::move(done).error();
    }
    return pointers;
}

void print_pointers(ValuePrinter& printer, const std::vector<Address>& pointers, std::uint64_t count,
                    std::string_view close) {
    ItemList items(printer, count, close);
    for (std::size_t i = 0; i < pointers.size() && items.may_go_on(); ++i) items.add(pointers[i]);
}

// "(1, 2)"; a tuple of one has a comma.
Result<void> print_tuple_items(ValuePrinter& printer, Address tuple, bool comma) {
    const Remote& remote = printer.remote();
    const auto count = read_count(remote, tuple + remote.layout.tuple_object.ob_size.value_or(printer.fields().header));
    if (!count) return count.error();
    printer.out() += "(";
    if (*count > 0 && !printer.may_descend()) {
        printer.out() += "…)";
        return {};
    }
    const auto pointers = read_pointers(remote, tuple + printer.fields().tuple_items, *count);
    if (!pointers) return pointers.error();
    print_pointers(printer, *pointers, *count, *count == 1 && comma ? ",)" : ")");
    return {};
}

// What a container of a subclass is put in: "Name(" and ")".
std::string opening(const ObjectClass& of) { return of.exact ? "" : of.short_name() + "("; }
std::string closing(const ObjectClass& of, std::string_view bracket) {
    return std::string(bracket) + (of.exact ? "" : ")");
}

struct SetTable {
    Address slots;
    std::uint64_t size = 0;
    std::uint64_t used = 0;
};

Result<SetTable> read_set_table(ValuePrinter& printer, Address set) {
    const Remote& remote = printer.remote();
    const auto used = read_count(remote, set + printer.fields().set_used);
    if (!used) return used.error();
    const auto mask = read_count(remote, set + printer.fields().set_mask);
    if (!mask) return mask.error();
    const auto slots = read_address(remote.memory, set + printer.fields().set_table);
    if (!slots) return slots.error();
    if (!std::has_single_bit(*mask + 1) || *used > *mask + 1) return damaged(set);
    return SetTable{*slots, *mask + 1, *used};
}

Result<std::vector<Address>> read_set_items(const Remote& remote, const SetTable& table) {
    std::vector<Address> items;
    const std::uint64_t end = std::min(table.size, kMaxSlots);
    const std::uint64_t wanted = std::min<std::uint64_t>(table.used, ValuePrinter::kItems);
    for (std::uint64_t at = 0; at < end && items.size() < wanted; at += kSlotsAtOnce) {
        const std::uint64_t count = std::min(kSlotsAtOnce, end - at);
        const auto slots = RemoteStruct::read(remote.memory, table.slots + at * kSlotSize, count * kSlotSize, "a set");
        if (!slots) return slots.error();
        for (std::uint32_t i = 0; i < count && items.size() < wanted; ++i) {
            const Address key = *slots->pointer(i * kSlotSize);
            const bool dummy = *slots->value<std::int64_t>(i * kSlotSize + 8) == -1;
            if (key && !dummy) items.push_back(key);
        }
    }
    return items;
}

Result<std::array<Address, 3>> read_three(const ValuePrinter& printer, Address object) {
    std::array<Address, 3> parts;
    auto done =
        printer.remote().memory.read(object + printer.fields().header, std::as_writable_bytes(std::span(parts)));
    if (!done) return std::move(done).error();
    return parts;
}

}  // namespace

Result<void> print_list(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const Remote& remote = printer.remote();
    const auto count = read_count(remote, object + remote.layout.list_object.ob_size.value_or(printer.fields().header));
    if (!count) return count.error();
    const Address items = object + printer.fields().list_items;
    const auto first = read_address(remote.memory, items);
    if (!first) return first.error();
    const auto allocated = read_count(remote, items + 8);
    if (!allocated) return allocated.error();
    if (*count > *allocated) return damaged(object);
    printer.out() += opening(of) + "[";
    if (*count > 0 && !printer.may_descend()) {
        printer.out() += closing(of, "…]");
        return {};
    }
    const auto pointers = read_pointers(remote, *first, *count);
    if (!pointers) return pointers.error();
    print_pointers(printer, *pointers, *count, "]");
    printer.out() += closing(of, "");
    return {};
}

// A subclass of tuple is a named tuple, mostly: its items are its arguments.
Result<void> print_tuple(ValuePrinter& printer, Address object, const ObjectClass& of) {
    if (!of.exact) printer.out() += of.short_name();
    return print_tuple_items(printer, object, of.exact);
}

Result<void> print_exception(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto arguments = read_address(printer.remote().memory, object + printer.fields().exception_args);
    if (!arguments) return arguments.error();
    printer.out() += of.short_name();
    const auto kind = printer.types().type_of(*arguments);
    if (!kind) return kind.error();
    if (!(*kind)->is_tuple()) return damaged(object);
    return print_tuple_items(printer, *arguments, false);
}

Result<void> print_dict(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const std::size_t wanted = printer.may_descend() ? ValuePrinter::kItems : 0;
    const auto dict = read_first_items(printer.remote(), printer.types(), object, wanted);
    if (!dict) return dict.error();
    printer.out() += opening(of) + "{";
    {
        ItemList items(printer, dict->count, "}");
        for (std::size_t i = 0; i < dict->items.size() && items.may_go_on(); ++i) {
            items.add(dict->items[i].first, dict->items[i].second);
        }
    }
    printer.out() += closing(of, "");
    return {};
}

Result<void> print_set(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto table = read_set_table(printer, object);
    if (!table) return table.error();
    const bool bare = of.exact && of.kind == ObjectKind::Set && table->used > 0;
    if (!bare) printer.out() += of.short_name() + "(";
    if (table->used > 0 && !printer.may_descend()) {
        printer.out() += "{…}";
    } else if (table->used > 0) {
        const auto keys = read_set_items(printer.remote(), *table);
        if (!keys) return keys.error();
        printer.out() += "{";
        print_pointers(printer, *keys, table->used, "}");
    }
    if (!bare) printer.out() += ")";
    return {};
}

Result<void> print_range(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto parts = read_three(printer, object);
    if (!parts) return parts.error();
    printer.out() += of.short_name() + "(";
    printer.print_inner((*parts)[0]);
    printer.out() += ", ";
    printer.print_inner((*parts)[1]);
    const std::size_t end = printer.out().size();
    printer.out() += ", ";
    printer.print_inner((*parts)[2]);
    if (std::string_view(printer.out()).substr(end) == ", 1") printer.out().resize(end);
    printer.out() += ")";
    return {};
}

Result<void> print_slice(ValuePrinter& printer, Address object, const ObjectClass& of) {
    const auto parts = read_three(printer, object);
    if (!parts) return parts.error();
    printer.out() += of.short_name() + "(";
    for (std::size_t i = 0; i < parts->size(); ++i) {
        if (i > 0) printer.out() += ", ";
        printer.may_descend() ? printer.print_inner((*parts)[i]) : static_cast<void>(printer.out() += "…");
    }
    printer.out() += ")";
    return {};
}

}  // namespace pycore
