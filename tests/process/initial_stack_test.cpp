// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/initial_stack.h"

#include <elf.h>

#include "memory/buffer_memory.h"
#include "support/catch.h"

using namespace pycore;

namespace {

constexpr std::uint64_t kTop = 0x7ffe00010000;

// The main thread's stack as the kernel leaves it.
struct InitialStack {
    BufferMemory memory;
    AuxiliaryVector auxiliary;
    std::uint64_t argc_address = 0;

    InitialStack(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
        std::uint64_t text = kTop - 0x4000;
        const auto put = [&](const std::string& value) {
            const std::uint64_t place = text;
            memory.write({place}, std::as_bytes(std::span(value.c_str(), value.size() + 1)));
            text += value.size() + 1;
            return place;
        };
        std::vector<std::uint64_t> words{arguments.size()};
        for (const auto& each : arguments) words.push_back(put(each));
        words.push_back(0);
        for (const auto& each : environment) words.push_back(put(each));
        words.push_back(0);
        words.insert(words.end(), {AT_SYSINFO_EHDR, 0x7ffe0badf000, AT_PHDR, 0x400040, AT_NULL, 0});
        const std::uint64_t random = kTop - 0x5000 + 9;  // unaligned, as it is
        argc_address = (random - 64 - words.size() * 8) & ~std::uint64_t{15};
        memory.write({argc_address}, std::as_bytes(std::span(words)));
        const std::uint64_t end = argc_address + words.size() * 8;
        const std::vector<std::byte> padding(random + 16 - end, std::byte{'r'});
        memory.write({end}, padding);
        auxiliary.first = {{AT_SYSINFO_EHDR, 0x7ffe0badf000}};
        auxiliary.random = Address{random};
    }

    std::optional<std::vector<std::string>> read() const { return read_command_line(memory, auxiliary); }
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("the command line is read as it was given, blanks and all", "[process]") {
    const Words arguments{"python3", "-c", "print('a  b')", "", "\xff\xfe", std::string(3000, 'x')};
    CHECK(InitialStack(arguments, {"HOME=/", "A=b"}).read() == arguments);
    CHECK(InitialStack({"python3"}, {}).read() == Words{"python3"});
}

TEST_CASE("a command line with thousands of arguments and variables is read", "[process]") {
    const Words many(1000, "argument");
    CHECK(InitialStack({"a", "b"}, Words(1000, "X=y")).read() == Words{"a", "b"});
    CHECK(InitialStack(many, {"A=b"}).read() == many);
}

TEST_CASE("without its part of the stack a command line is unknown, not empty", "[process]") {
    InitialStack stack({"python3", "a"}, {"A=b"});
    CHECK(stack.read());
    InitialStack without_strings = stack;
    without_strings.memory.erase({{kTop - 0x4000}, {kTop}});
    CHECK_FALSE(without_strings.read());
    InitialStack without_argc = stack;
    without_argc.memory.erase({{stack.argc_address}, {stack.argc_address + 8}});
    CHECK_FALSE(without_argc.read());
    InitialStack wrong_count = stack;
    wrong_count.memory.write_value<std::uint64_t>({stack.argc_address}, 1);
    CHECK_FALSE(wrong_count.read());
    InitialStack nowhere = stack;
    nowhere.auxiliary.random = Address{16};
    CHECK_FALSE(nowhere.read());
}
