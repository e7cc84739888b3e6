// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/name_size.h"

#include <llvm/Demangle/ItaniumDemangle.h>

#include <algorithm>
#include <concepts>
#include <memory_resource>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace pycore {
namespace {

namespace itanium = llvm::itanium_demangle;

constexpr std::uint64_t kFixedText = 32;                      // that a node adds by itself: "construction vtable for "
constexpr std::uint64_t kWholeString = 80;                    // std::basic_string<char, std::char_traits<char>, ...>
constexpr std::uint64_t kUnknownYet = kMaxDemangledSize / 4;  // a template parameter that is only named later
constexpr std::size_t kMaxUnknownYet = 4;
constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 40;  // sums of such do not overflow

template <typename T>
concept Text = requires(const T& text) {
    { text.size() } -> std::convertible_to<std::size_t>;
    { *text.begin() } -> std::convertible_to<char>;
};

// What LLVM's parser makes its nodes with: each knows when it is made how much text it and all below it
// will be, though that may share its parts with many others.
class Measure {
public:
    void reset() {}

    template <typename T, typename... Arguments>
    itanium::Node* makeNode(Arguments&&... arguments) {
        const std::uint64_t size = (fixed_size<T>() + ... + size_of(arguments));
        if constexpr (std::is_same_v<T, itanium::ParameterPack>) (widen(arguments), ...);
        const bool repeats = std::is_same_v<T, itanium::ParameterPackExpansion>;
        if constexpr (std::is_same_v<T, itanium::ForwardTemplateReference>) ++unknown_;
        auto* node = new (memory_.allocate(sizeof(T), alignof(T))) T(std::forward<Arguments>(arguments)...);
        return note(node, repeats ? size * widest_pack_ : size);
    }

    void* allocateNodeArray(std::size_t count) {
        return memory_.allocate(count * sizeof(itanium::Node*), alignof(itanium::Node*));
    }

    bool is_bounded() const { return largest_ <= kMaxDemangledSize && unknown_ <= kMaxUnknownYet; }

private:
    template <typename T>
    static constexpr std::uint64_t fixed_size() {
        if constexpr (std::is_same_v<T, itanium::ForwardTemplateReference>) return kUnknownYet;
        const bool string =
            std::is_same_v<T, itanium::SpecialSubstitution> || std::is_same_v<T, itanium::ExpandedSpecialSubstitution>;
        return string ? kWholeString : kFixedText;
    }

    template <typename T>
    std::uint64_t size_of(const T& argument) const {
        if constexpr (std::is_convertible_v<T, const itanium::Node*>) {
            const auto known = sizes_.find(argument);
            return known == sizes_.end() ? 0 : known->second;
        } else if constexpr (std::is_same_v<T, itanium::NodeArray>) {
            std::uint64_t sum = 0;
            for (const itanium::Node* each : argument) sum = std::min(kTooMuch, sum + size_of(each) + 2);
            return sum;
        } else if constexpr (Text<T>) {
            return argument.size();
        } else {
            return 0;
        }
    }

    template <typename T>
    void widen(const T& argument) {
        if constexpr (std::is_same_v<T, itanium::NodeArray>) {
            widest_pack_ = std::max<std::uint64_t>(widest_pack_, argument.size());
        }
    }

    itanium::Node* note(itanium::Node* node, std::uint64_t size) {
        size = std::min(size, kTooMuch);
        largest_ = std::max(largest_, size);
        sizes_[node] = size;
        return node;
    }

    std::pmr::monotonic_buffer_resource memory_;
    std::unordered_map<const itanium::Node*, std::uint64_t> sizes_;
    std::uint64_t widest_pack_ = 1;
    std::uint64_t largest_ = 0;
    std::size_t unknown_ = 0;
};

// Few references back, and no packs: whatever they refer to, the text stays small. Most names are such.
bool is_plain(std::string_view name) {
    constexpr std::ptrdiff_t kFew = 12;
    const auto references = std::count_if(name.begin(), name.end(), [](char c) { return c == 'S' || c == 'T'; });
    return references <= kFew && name.size() < 4096 && name.find("Dp") == std::string_view::npos &&
           name.find("sp") == std::string_view::npos;
}

}  // namespace

bool has_bounded_itanium_text(std::string_view name) {
    if (is_plain(name)) return true;
    itanium::ManglingParser<Measure> parser(name.data(), name.data() + name.size());
    return parser.parse() == nullptr || parser.ASTAllocator.is_bounded();
}

}  // namespace pycore
