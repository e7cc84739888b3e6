// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/read_python.h"
#include "support/catch.h"
#include "support/python_versions.h"
#include "support/runtime_builder.h"

using namespace pycore;
using test::RuntimeBuilder;

namespace {

constexpr std::int64_t kWaiter = 10;
constexpr std::int64_t kOwner = 11;
constexpr std::uint64_t kStackBytes = 512;

struct Lock {
    Address object;
    Address mutex;  // the word after the object's header
};

// A lock object whose header is followed by `word` and, of a reentrant one, the owner's ident.
Lock add_lock(RuntimeBuilder& python, const std::string& type, std::uint64_t word) {
    const std::uint64_t header = *python.layout().pyobject.size;
    const Address object = python.allocate(header + 2 * sizeof(word));
    const Address type_object = python.type(type);
    python.set(object, python.layout().pyobject.ob_type, type_object.value);
    python.put(object + header, word);
    python.put(object + header + sizeof(word), RuntimeBuilder::thread_pointer(kOwner).value);
    return {object, object + header};
}

ProcessSnapshot asleep_on(const RuntimeBuilder& python, Address futex, Address sp) {
    ProcessSnapshot process = python.process();
    for (Thread& thread : process.threads) {
        if (thread.tid != kWaiter) continue;
        thread.registers.system_call = 202;
        thread.registers.general[kRdi] = futex.value;
        thread.registers.general[kRsp] = sp.value;
    }
    return process;
}

std::vector<LockWait> read_waits(const ProcessSnapshot& process) {
    Diagnostics diagnostics;
    const auto state = read_python(process, {}, diagnostics);
    REQUIRE(state);
    return state->lock_waits;
}

RuntimeBuilder two_threads(const test::Build& build) {
    RuntimeBuilder python(build);
    const Address interpreter = python.add_interpreter(0);
    for (const auto tid : {kWaiter, kOwner}) python.add_thread(interpreter, tid, {});
    return python;
}

}  // namespace

TEST_CASE("a thread asleep on the semaphore of a lock waits for that lock, in all versions", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python = two_threads(build);
        const Address semaphore = python.allocate(32);
        const Lock lock = add_lock(python, "_thread.RLock", semaphore.value);
        const Address stack = python.allocate_on_stack(kStackBytes);
        python.put(stack + 64, lock.object.value);

        const auto waits = read_waits(asleep_on(python, semaphore, stack));

        REQUIRE(waits.size() == 1);
        CHECK(waits[0].object == lock.object);
        CHECK(waits[0].thread_id == RuntimeBuilder::thread_pointer(kWaiter));
        CHECK(waits[0].owner_thread_id == RuntimeBuilder::thread_pointer(kOwner));
    }
}

TEST_CASE("a thread that is parked on its own stack waits for the lock that its entry names", "[python]") {
    for (const test::Build& build : test::all_builds()) {
        CAPTURE(build.name());
        RuntimeBuilder python = two_threads(build);
        const Lock lock = add_lock(python, "_thread.lock", 1);
        const Address stack = python.allocate_on_stack(kStackBytes);
        python.put(stack + 128, lock.mutex.value);  // wait_entry.addr, before wait_entry.sema

        const auto waits = read_waits(asleep_on(python, stack + 136, stack));

        REQUIRE(waits.size() == 1);
        CHECK(waits[0].object == lock.object);
        CHECK_FALSE(waits[0].owner_thread_id);
    }
}

TEST_CASE("a futex of something else is no lock wait", "[python]") {
    RuntimeBuilder python = two_threads(layout::PythonVersion{3, 12, -1});
    const Address semaphore = python.allocate(32);
    const Lock other = add_lock(python, "str", semaphore.value);
    const Address stack = python.allocate_on_stack(kStackBytes);
    python.put(stack + 64, other.object.value);

    CHECK(read_waits(asleep_on(python, semaphore, stack)).empty());
}
