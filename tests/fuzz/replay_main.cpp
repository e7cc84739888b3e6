// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// Runs a target over files, or over every file of a folder:
//     fuzz_replay TARGET PATH...
// Each input has a few seconds. No fuzzer is needed: ctest runs the regression corpus with it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

constexpr double kMaxSeconds = 5;

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) return {path};
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool replay(const pycore::fuzz::Target& target, const std::filesystem::path& path) {
    std::fprintf(stderr, "%s\n", path.filename().c_str());  // the last one named is the one that crashed
    const std::string content = content_of(path);
    const auto begin = std::chrono::steady_clock::now();
    target.run(std::as_bytes(std::span(content)));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (seconds > kMaxSeconds) std::fprintf(stderr, "%s: took %.1f seconds\n", path.c_str(), seconds);
    return seconds <= kMaxSeconds;
}

}  // namespace

int main(int count, char** words) {
    const pycore::fuzz::Target* target = count < 2 ? nullptr : pycore::fuzz::find_target(words[1]);
    if (target == nullptr) {
        for (const auto& each : pycore::fuzz::all_targets()) std::printf("%s\n", std::string(each.name).c_str());
        return 2;
    }
    std::size_t done = 0;
    bool sound = true;
    for (int i = 2; i < count; ++i) {
        for (const auto& file : files_of(words[i])) {
            sound = replay(*target, file) && sound;
            ++done;
        }
    }
    std::printf("%zu inputs\n", done);
    return sound && done > 0 ? 0 : 1;
}
