// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
//
// The doors through which libFuzzer comes in. One program holds every target; PYCORE_FUZZ_TARGET names
// the one to run (tools/dev/fuzz sets it).
#include <cstdio>
#include <cstdlib>

#include "fuzz/target.h"

namespace {

const pycore::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* name = std::getenv("PYCORE_FUZZ_TARGET");
    chosen = pycore::fuzz::find_target(name == nullptr ? "" : name);
    if (chosen == nullptr) {
        std::fprintf(stderr, "PYCORE_FUZZ_TARGET names no target\n");
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    chosen->run(std::as_bytes(std::span(data, size)));
    return 0;
}
