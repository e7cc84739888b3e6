// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/proc_files.h"

#include <unistd.h>

#include <algorithm>

#include "process/snapshot_manifest.h"
#include "support/catch.h"

using namespace pycore;

TEST_CASE("mappings are told with their files, whatever these are called", "[process]") {
    const auto mappings = parse_mappings(
        "55d0c0000000-55d0c0001000 r--p 00002000 08:01 42                 /opt/a b/li\\012b.so (deleted)\n"
        "7f0000000000-7f0000021000 rw-p 00000000 00:00 0 \n"
        "no mapping at all\n"
        "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                  [stack]");
    REQUIRE(mappings.size() == 3);
    CHECK(mappings[0].path == "/opt/a b/li\nb.so (deleted)");
    CHECK(mappings[0].file_offset.value == 0x2000);
    CHECK(mappings[0].is_file());
    CHECK_FALSE(mappings[0].writable);
    CHECK(mappings[1].path.empty());
    CHECK(mappings[1].writable);
    CHECK(mappings[2].path == "[stack]");
    CHECK(mappings[2].range.size_bytes() == 0x21000);
}

TEST_CASE("a device is told from shared memory", "[process]") {
    CHECK(ProcMapping{{}, true, true, false, false, {}, "/dev/nvidia0"}.is_device());
    CHECK_FALSE(ProcMapping{{}, true, true, false, false, {}, "/dev/shm/ring"}.is_device());
    CHECK_FALSE(ProcMapping{{}, true, true, false, false, {}, "/usr/lib/libc.so.6"}.is_device());
}

TEST_CASE("this very process is read from /proc", "[process]") {
    const auto status = read_status(::getpid());
    REQUIRE(status);
    CHECK(status->process_id == ::getpid());
    CHECK(status->parent == ::getppid());
    CHECK(status->state == 'R');
    const auto tasks = list_tasks(::getpid());
    CHECK(std::find(tasks.begin(), tasks.end(), ::getpid()) != tasks.end());
    CHECK(read_mappings(::getpid()).value_or(std::vector<ProcMapping>{}).size() > 5);
    CHECK_FALSE(read_status(0x7fffffff));
}

TEST_CASE("a snapshot's manifest survives its way through the file", "[process]") {
    SnapshotManifest manifest;
    manifest.consistency = "stopped";
    manifest.pause_ns = 1'234'567;
    manifest.host = "node\xff";  // no UTF-8
    manifest.environment = {{"RANK", "3"}};
    manifest.thread_names = {{42, "w\"0"}, {43, ""}};
    const auto back = parse_manifest(to_json(manifest));
    REQUIRE(back);
    CHECK(back->consistency == "stopped");
    CHECK(back->pause_ns == 1'234'567);
    CHECK(back->environment == manifest.environment);
    CHECK(back->thread_names == manifest.thread_names);
    CHECK_FALSE(parse_manifest("{\"pause_ns\": \"much\"}"));
    CHECK_FALSE(parse_manifest("[1"));
}
