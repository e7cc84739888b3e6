// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Rust's v0 names (RFC 2603), as far as sizes need them:
//   path   C dis? ident | M dis? path type | X dis? path type path | Y type path | N ns path dis? ident
//          | I path arg* E | back        arg    L base62 | type | K const
//   type   lower case | A type const | S type | T type* E | R (L base62)? type | Q likewise | P type | O type
//          | F sign | D dyn | path | back        const  type-letter (p | n? hex* _) | p | back
//   sign   (G base62)? U? (K (C | ident))? type* E type
//   dyn    (G base62)? (path-open (p ident type)*)* E L base62
//   back   B base62: what began at that place of the name, again
//   dis    s base62        ident  u? decimal _? bytes
#include <algorithm>
#include <map>
#include <optional>

#include "native/name_size.h"

namespace pycore {
namespace {

constexpr std::uint64_t kFixedText = 16;  // that a part adds by itself: "impl ", "<", " as ", "unsafe extern "
constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 40;
constexpr int kMaxDepth = 400;  // LLVM stops at 500

class RustName {
public:
    explicit RustName(std::string_view text) : text_(text) {}

    // nullopt: it is written in a way that is not known here.
    std::optional<std::uint64_t> size() {
        path();
        return sound_ ? std::optional(size_) : std::nullopt;
    }

private:
    char next() {
        if (at_ >= text_.size()) sound_ = false;
        return sound_ ? text_[at_++] : '\0';
    }
    bool take(char wanted) {
        if (!sound_ || at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void add(std::uint64_t bytes) { size_ = std::min(kTooMuch, size_ + bytes); }

    std::uint64_t base62() {
        if (take('_')) return 0;
        std::uint64_t value = 0;
        for (char c = next(); c != '_' && sound_; c = next()) {
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'z' ? c - 'a' + 10
                              : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                                     : -1;
            if (digit < 0) return fail();
            value = std::min(kTooMuch, value * 62 + static_cast<std::uint64_t>(digit));  // hashes are larger
        }
        return value + 1;
    }
    std::uint64_t fail() {
        sound_ = false;
        return 0;
    }

    void identifier() {
        take('u');
        std::size_t length = 0;
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && length < text_.size()) {
            length = length * 10 + static_cast<std::size_t>(text_[at_++] - '0');
            if (length == 0) break;  // a number does not begin with 0: "00" are two
        }
        take('_');
        if (at_ == begin || length > text_.size() - at_) return static_cast<void>(fail());
        at_ += length;
        add(kFixedText + length * 4);  // punycode: characters of up to four bytes
    }
    void disambiguated() {
        if (take('s')) base62();
        identifier();
    }

    // What `part` reads began here, should it be referred to.
    template <typename Part>
    void remember(Part part) {
        if (++depth_ > kMaxDepth) fail();
        const std::size_t begin = at_;
        const std::uint64_t before = size_;
        add(kFixedText);
        if (sound_) part();
        --depth_;
        if (size_ - before >= sizes_[begin]) sizes_[begin] = size_ - before;
    }
    void back_reference() {
        const auto known = sizes_.find(static_cast<std::size_t>(base62()));
        if (known == sizes_.end() || known->second == 0) return static_cast<void>(fail());  // also of itself
        add(known->second);
    }

    void path() {
        remember([this] { path_parts(next()); });
    }
    void path_parts(char kind) {
        switch (kind) {
            case 'C': return disambiguated();
            case 'M': return impl_path(), type();
            case 'X': return impl_path(), type(), path();
            case 'Y': return type(), path();
            case 'N': return static_cast<void>(next()), path(), disambiguated();
            case 'I': return path(), arguments();
            case 'B': return back_reference();
            default: fail();
        }
    }
    void impl_path() {
        if (take('s')) base62();
        path();
    }
    void arguments() {
        while (sound_ && !take('E')) {
            if (take('L')) {
                base62();
            } else if (take('K')) {
                constant();
            } else {
                type();
            }
            add(2);
        }
    }

    void type() {
        remember([this] { type_parts(next()); });
    }
    void type_parts(char kind) {
        if (kind >= 'a' && kind <= 'z') return;
        switch (kind) {
            case 'A': return type(), constant();
            case 'R':
            case 'Q':
                if (take('L')) base62();
                return type();
            case 'S':
            case 'P':
            case 'O': return type();
            case 'T': return types();
            case 'F': return signature();
            case 'D': return dynamic();
            case 'B': return back_reference();
            default: return path_parts(kind);
        }
    }
    void types() {
        while (sound_ && !take('E')) {
            type();
            add(2);
        }
    }
    void binder() {
        if (take('G')) add(std::min(base62(), kTooMuch) * 8);  // for<'a, 'b, ...>
    }
    void signature() {
        binder();
        take('U');
        if (take('K') && !take('C')) identifier();
        types();
        type();
    }
    void dynamic() {
        binder();
        while (sound_ && !take('E')) {
            path();
            while (take('p')) {
                identifier();
                type();
            }
        }
        if (!take('L')) return static_cast<void>(fail());
        base62();
    }
    void constant() {
        remember([this] {
            const char kind = next();
            if (kind == 'p') return;
            if (kind == 'B') return back_reference();
            if (kind < 'a' || kind > 'z' || take('p')) return static_cast<void>(sound_ = sound_ && kind >= 'a');
            take('n');
            while (sound_ && !take('_')) {
                next();
                add(2);
            }
        });
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint64_t size_ = 0;
    int depth_ = 0;
    bool sound_ = true;
    std::map<std::size_t, std::uint64_t> sizes_;  // by where a part begins; 0: it has not ended yet
};

}  // namespace

bool has_bounded_rust_text(std::string_view name) {
    constexpr std::ptrdiff_t kFew = 16;
    if (!name.starts_with("_R")) return false;
    if (name.size() < 4096 && std::count(name.begin(), name.end(), 'B') <= kFew) return true;
    const auto size = RustName(name.substr(2)).size();
    return size && *size <= kMaxDemangledSize;
}

}  // namespace pycore
