// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Reads saved stacks and writes them anew, for the tests that compare both; or says how fast it reads.
//     reread_stacks FILE > FILE.again
//     reread_stacks --time SECONDS FILE...

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "report/json_writer.h"
#include "report/stacks_reader.h"

using namespace pycore;

namespace {

std::string contents(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int reread(const char* path) {
    const auto state = StacksReader().read(contents(path));
    if (!state) {
        std::fprintf(stderr, "%s: %s\n", path, state.error().message.c_str());
        return 1;
    }
    std::fputs(write_stacks_json(*state, {PYCORE_VERSION, {NativeView::All, false, {}}}).c_str(), stdout);
    return 0;
}

int measure(double seconds, const std::vector<std::string>& documents) {
    StacksReader reader;
    std::size_t read = 0, threads = 0, bytes = 0;
    const auto begin = std::chrono::steady_clock::now();
    double elapsed = 0;
    while (elapsed < seconds) {
        for (const std::string& document : documents) {
            const auto state = reader.read(document);
            if (!state) return 1;
            ++read;
            threads += state->threads.size();
            bytes += document.size();
        }
        elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::printf("%.0f documents, %.0f stacks, %.0f MB a second\n", static_cast<double>(read) / elapsed,
                static_cast<double>(threads) / elapsed, static_cast<double>(bytes) / elapsed / 1e6);
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count == 2) return reread(words[1]);
    if (count < 4 || std::string(words[1]) != "--time") {
        std::fputs("reread_stacks FILE, or reread_stacks --time SECONDS FILE...\n", stderr);
        return 2;
    }
    std::vector<std::string> documents;
    for (int i = 3; i < count; ++i) documents.push_back(contents(words[i]));
    return measure(std::atof(words[2]), documents);
}
