// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "support/object_builder.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <stdexcept>

namespace pycore::test {
namespace {

constexpr std::uint64_t kGap = 64;  // between blocks

std::uint64_t align(std::uint64_t value) { return (value + 15) & ~std::uint64_t{15}; }

// Py_TPFLAGS_*_SUBCLASS (Include/object.h).
std::uint64_t flags_of(const std::string& type) {
    static const std::map<std::string, int> bits = {{"int", 24}, {"list", 25}, {"tuple", 26}, {"bytes", 27},
                                                    {"str", 28}, {"dict", 29}, {"type", 31}};
    const auto bit = bits.find(type);
    return bit == bits.end() ? 0 : std::uint64_t{1} << bit->second;
}

// The layout of a free-threaded build, as far as pycore reads it: object headers are 16 bytes longer,
// code objects and frames of 3.14+ know copies of byte code, `enabled` stands in front of the GIL.
layout::RuntimeLayout without_gil(const layout::RuntimeLayout& with_gil) {
    constexpr std::uint32_t kHeaderGrowth = 16;
    layout::RuntimeLayout layout = with_gil;
    for_each_field(layout, [&](const layout::FieldInfo& info, layout::Offset& offset) {
        if (offset && info.group.ends_with("_object")) *offset += kHeaderGrowth;
    });
    layout.pyobject.size = 32;
    layout.pyobject.ob_type = 24;
    auto& code = layout.code_object;
    auto& frame = layout.interpreter_frame;
    if (frame.stackpointer) {  // 3.14+
        code.co_tlbc = *code.co_code_adaptive;
        *code.co_code_adaptive += 8;
        *code.size += 8;
        frame.tlbc_index = *frame.stackpointer + 8;
        *frame.owner += 4;
    }
    auto& interpreter = layout.interpreter_state;
    interpreter.gil_runtime_state_enabled = 0;
    layout.gil.size = 216;
    for (layout::Offset* moved : {&layout.gil.last_holder, &layout.gil.locked, &interpreter.gil_runtime_state_locked,
                                  &interpreter.gil_runtime_state_holder}) {
        **moved += 8;
    }
    return layout;
}

}  // namespace

ObjectBuilder::ObjectBuilder(const Build& build) : free_threaded_(build.free_threaded) {
    const auto table = layout::find_layout_table(build.version);
    version_ = table->version;
    layout_ = table->layout;
    if (free_threaded_) layout_ = without_gil(layout_);
    traits_ = *layout::find_traits(version_, free_threaded_);
}

Address ObjectBuilder::allocate(std::size_t size, std::size_t before) {
    const Address block = heap_;
    blocks_[block] = std::vector<std::byte>(align(before) + size);
    heap_ = heap_ + align(align(before) + size) + kGap;
    return block + align(before);
}

Address ObjectBuilder::allocate_on_stack(std::size_t size) {
    stack_ = stack_ - align(size) - kGap;
    blocks_[stack_] = std::vector<std::byte>(size);
    return stack_;
}

void ObjectBuilder::put_bytes(Address address, std::span<const std::byte> bytes) {
    auto& [begin, content] = *std::prev(blocks_.upper_bound(address));
    const std::uint64_t at = address - begin;
    if (at + bytes.size() > content.size()) throw std::out_of_range("ObjectBuilder::put_bytes outside of a block");
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
}

void ObjectBuilder::get_bytes(Address address, std::span<std::byte> out) const {
    const auto& [begin, content] = *std::prev(blocks_.upper_bound(address));
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(address - begin), out.size(), out.begin());
}

std::size_t ObjectBuilder::room_at(Address address) const {
    const auto& [begin, content] = *std::prev(blocks_.upper_bound(address));
    return content.size() - (address - begin);
}

std::size_t ObjectBuilder::basic_size_of(const std::string& type_name) const {
    if (type_name == "code") return layout_.code_object.co_code_adaptive.value_or(*layout_.code_object.size);
    return type_name == "NoneType" ? (version_.minor < 13 ? 0 : *layout_.pyobject.size)
                                   : layout_.dict_object.size.value_or(0);
}

Address ObjectBuilder::none() { return object("NoneType", *layout_.pyobject.size); }

Address ObjectBuilder::type(const std::string& name) {
    if (const auto known = types_.find(name); known != types_.end()) return known->second;
    const auto& fields = layout_.type_object;
    const Address made = allocate(*fields.size);
    types_[name] = made;
    set(made, fields.tp_flags, flags_of(name));
    const auto characters = allocate(name.size() + 1);
    put_bytes(characters, std::as_bytes(std::span(name)));
    set(made, fields.tp_name, characters.value);
    set(made, fields.tp_basicsize, std::uint64_t{basic_size_of(name)});
    set(made, layout_.pyobject.ob_type, type("type").value);
    return made;
}

Address ObjectBuilder::object(const std::string& type_name, std::size_t size) {
    const Address made = allocate(size);
    set(made, layout_.pyobject.ob_type, type(type_name).value);
    return made;
}

Address ObjectBuilder::text(std::string_view ascii) { return text(std::u32string(ascii.begin(), ascii.end())); }

Address ObjectBuilder::text(std::u32string_view characters) {
    const auto& fields = layout_.unicode_object;
    char32_t highest = 0;
    for (const char32_t character : characters) highest = std::max(highest, character);
    const std::uint32_t kind = highest < 0x100 ? 1 : highest < 0x10000 ? 2 : 4;
    const bool ascii = highest < 0x80;
    const std::size_t header = ascii ? *fields.asciiobject_size : *fields.compactunicodeobject_size;
    const Address made = object("str", header + (characters.size() + 1) * kind);
    set(made, fields.length, std::uint64_t{characters.size()});
    const std::uint32_t state = kind | 1U << 3 | (ascii ? 1U << 4 : 0U);
    set(made, fields.state, state << traits_.text_kind_bit);
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const Address at = made + header + i * kind;
        if (kind == 1) put(at, static_cast<std::uint8_t>(characters[i]));
        if (kind == 2) put(at, static_cast<std::uint16_t>(characters[i]));
        if (kind == 4) put(at, static_cast<std::uint32_t>(characters[i]));
    }
    return made;
}

Address ObjectBuilder::bytes(std::span<const std::byte> content) {
    const auto& fields = layout_.bytes_object;
    const Address made = object("bytes", *fields.ob_sval + content.size() + 1);
    set(made, fields.ob_size, std::uint64_t{content.size()});
    put_bytes(made + *fields.ob_sval, content);
    return made;
}

Address ObjectBuilder::integer(std::uint64_t value) {
    const auto& fields = layout_.long_object;
    const Address made = object("int", *fields.ob_digit + 12);
    std::uint64_t count = 0;
    for (std::uint64_t rest = value; rest != 0; rest >>= 30) {
        put(made + *fields.ob_digit + 4 * count++, static_cast<std::uint32_t>(rest & 0x3fffffff));
    }
    const bool tagged = traits_.integer_form == layout::IntegerForm::Tag;
    set(made, fields.lv_tag, tagged ? (count == 0 ? 1 : count << 3) : count);
    return made;
}

Address ObjectBuilder::real(double value) {
    const auto fields = layout::object_layout(layout_, traits_);
    const Address made = object("float", fields.float_value + 8);
    put(made + fields.float_value, value);
    return made;
}

Address ObjectBuilder::list(const std::vector<Address>& items) {
    const auto fields = layout::object_layout(layout_, traits_);
    const Address made = object("list", fields.list_items + 16);
    const Address array = allocate(8 * items.size());
    put_bytes(array, std::as_bytes(std::span(items)));
    put(made + fields.header, std::uint64_t{items.size()});
    put(made + fields.list_items, array.value);
    put(made + fields.list_items + 8, std::uint64_t{items.size()});
    return made;
}

Address ObjectBuilder::tuple(const std::vector<Address>& items) {
    const auto fields = layout::object_layout(layout_, traits_);
    const Address made = object("tuple", fields.tuple_items + 8 * items.size());
    put(made + fields.header, std::uint64_t{items.size()});
    put_bytes(made + fields.tuple_items, std::as_bytes(std::span(items)));
    return made;
}

// Of at most 7 items: a table of 8 slots, the first of them a dummy.
Address ObjectBuilder::set_of(const std::vector<Address>& items) {
    const auto fields = layout::object_layout(layout_, traits_);
    const Address made = object("set", fields.set_table + 8);
    const Address table = allocate(8 * 16);
    put(table, none().value);
    put(table + 8, std::int64_t{-1});
    for (std::size_t i = 0; i < items.size(); ++i) {
        put(table + 16 * (i + 1), items[i].value);
        put(table + 16 * (i + 1) + 8, std::uint64_t{i});
    }
    put(made + fields.set_used, std::uint64_t{items.size()});
    put(made + fields.set_mask, std::uint64_t{7});
    put(made + fields.set_table, table.value);
    return made;
}

Address ObjectBuilder::cell(Address content) {
    const std::uint32_t header = *layout_.pyobject.size;
    const Address made = object("cell", header + 8);
    put(made + header, content.value);
    return made;
}

Address ObjectBuilder::key_table(const Items& items, bool split) {
    const auto& fields = layout_.dict_keys;
    const bool log2 = traits_.dict_keys_form == layout::DictKeysForm::Log2;
    const bool unicode = split && log2;
    const std::size_t entry_size = unicode ? 16 : 24;
    const std::size_t index_bytes = 64;
    const Address made = allocate(*fields.dk_indices + index_bytes + items.size() * entry_size);
    set(made, fields.dk_size, std::uint64_t{64});
    set(made, fields.dk_log2_size, std::uint8_t{6});
    set(made, fields.dk_log2_index_bytes, std::uint8_t{6});
    set(made, fields.dk_kind, static_cast<std::uint8_t>(unicode ? 2 : 0));
    set(made, fields.dk_nentries, std::uint64_t{items.size()});
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Address entry = made + *fields.dk_indices + index_bytes + i * entry_size + (unicode ? 0 : 8);
        put(entry, items[i].first.value);
        put(entry + 8, split ? 0 : items[i].second.value);
    }
    return made;
}

Address ObjectBuilder::dict(const Items& items) {
    const Address made = object("dict", *layout_.dict_object.size);
    set(made, layout_.dict_object.ma_keys, key_table(items, false).value);
    set(made, layout_.pyobject.size, std::uint64_t{items.size()});  // ma_used
    return made;
}

Address ObjectBuilder::values(const std::vector<std::pair<std::string, Address>>& attributes, Address at) {
    const Address first = at + layout_.dict_values.values.value_or(0);
    set(at, layout_.dict_values.valid, std::uint8_t{1});
    for (std::size_t i = 0; i < attributes.size(); ++i) put(first + 8 * i, attributes[i].second.value);
    return at;
}

Address ObjectBuilder::instance(const std::vector<std::pair<std::string, Address>>& attributes) {
    const auto& fields = layout_.type_object;
    const std::string name = "Instance" + std::to_string(heap_.value);
    const Address type_object = allocate(*layout_.heap_type_object.size);
    types_[name] = type_object;
    Items keys;
    for (const auto& [key, value] : attributes) keys.emplace_back(text(key), Address{});
    constexpr std::uint64_t kHeapType = 1U << 9;
    constexpr std::uint64_t kManagedDict = 1U << 4;
    constexpr std::uint64_t kInlineValues = 1U << 2;
    const std::size_t basic_size = *layout_.pyobject.size;
    set(type_object, fields.tp_basicsize, std::uint64_t{basic_size});
    set(type_object, layout_.heap_type_object.ht_cached_keys, key_table(keys, true).value);
    const std::size_t values_size = layout_.dict_values.values.value_or(0) + 8 * attributes.size();
    const Address made = allocate(basic_size + values_size + 8, 32);
    set(made, layout_.pyobject.ob_type, type_object.value);
    std::uint64_t flags = kHeapType;
    switch (traits_.managed_attributes) {
        case layout::ManagedAttributes::None: {  // a split dict behind the header
            set(type_object, fields.tp_dictoffset, std::uint64_t{basic_size});
            const Address dictionary = object("dict", *layout_.dict_object.size);
            set(dictionary, layout_.dict_object.ma_keys, key_table(keys, true).value);
            set(dictionary, layout_.dict_object.ma_values, values(attributes, allocate(values_size)).value);
            put(made + basic_size, dictionary.value);
            break;
        }
        case layout::ManagedAttributes::ValuesAndDict:
            flags |= kManagedDict;
            put(made - 32, values(attributes, allocate(values_size)).value);
            break;
        case layout::ManagedAttributes::TaggedWord:
            flags |= kManagedDict;
            put(made - 24, values(attributes, allocate(values_size)).value - 1);
            break;
        case layout::ManagedAttributes::InlineAtFixed:
        case layout::ManagedAttributes::InlineAtBaseSize:
            flags |= kManagedDict | kInlineValues;
            values(attributes, made + basic_size);
            break;
    }
    set(type_object, fields.tp_flags, flags);
    return made;
}

Address ObjectBuilder::module(Address names) {
    const Address made = object("module", *layout_.module_object.md_dict + 8);
    set(made, layout_.module_object.md_dict, names.value);
    return made;
}

std::shared_ptr<BufferMemory> ObjectBuilder::memory() const {
    auto image = std::make_shared<BufferMemory>();
    for (const auto& [address, content] : blocks_) image->write(address, content);
    return image;
}

}  // namespace pycore::test
