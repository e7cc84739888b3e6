// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/stack_reader.h"

namespace pycore {

std::optional<std::uint64_t> StackReader::word_elsewhere(Address address) {
    constexpr std::uint64_t kPage = 4096;
    // From the page's begin, as words below this one are read next; a stack may begin inside a page.
    for (const Address begin : {Address{address.value & ~(kPage - 1)}, address}) {
        const auto view = memory_->view(begin, SIZE_MAX);
        if (view.size() < address - begin + 8) continue;
        begin_ = begin;
        view_ = view;
        return word(address);
    }
    auto value = read_value<std::uint64_t>(*memory_, address);
    if (value) return *value;
    failure_ = std::move(value).error();
    return std::nullopt;
}

}  // namespace pycore
