// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// How many stacks a second one processor signs, in its own time: of processes in memory, and with reading their saved
// `stacks` documents. `sign_stacks FILE...`; tests/benchmark/signatures gives it the committed samples.

#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>

#include "analysis/signature.h"
#include "report/stacks_reader.h"

namespace {

constexpr double kSeconds = 2.0;  // of each measurement

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Calls `round` again and again and prints `stacks` a second, which each round signs.
template <typename Round>
void measure(const char* what, std::size_t stacks, Round&& round) {
    const double begin = processor_seconds();
    std::size_t rounds = 0;
    for (; processor_seconds() - begin < kSeconds; ++rounds) round();
    const double seconds = processor_seconds() - begin;
    std::cout << what << ": " << static_cast<std::size_t>(static_cast<double>(rounds * stacks) / seconds)
              << " stacks a second\n";
}

// Those that a signature looks at: one of a crash, all of a hang.
std::size_t count_stacks(const pycore::ProcessState& state) {
    return pycore::sign(state).is_hang ? state.threads.size() : 1;
}

}  // namespace

int main(int count, char** words) {
    std::vector<std::string> documents;
    std::vector<pycore::ProcessState> states;
    pycore::StacksReader reader;
    std::size_t stacks = 0, frames = 0;
    for (int i = 1; i < count; ++i) {
        documents.push_back(read_file(words[i]));
        auto state = reader.read(documents.back());
        if (!state) {
            std::cerr << "sign_stacks: " << words[i] << ": " << state.error().message << "\n";
            return 1;
        }
        stacks += count_stacks(*state);
        for (const auto& thread : state->threads) frames += thread.stack.frames.size();
        states.push_back(*std::move(state));
    }
    std::cout << states.size() << " processes, " << stacks << " stacks, " << frames << " frames\n";
    measure("signing", stacks, [&] {
        for (const auto& state : states) pycore::sign(state);
    });
    measure("reading saved JSON and signing", stacks, [&] {
        for (const auto& document : documents) pycore::sign(*reader.read(document));
    });
    return 0;
}
