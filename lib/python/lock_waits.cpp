// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "python/lock_waits.h"

#include <algorithm>
#include <string_view>

namespace pycore {
namespace {

constexpr std::int64_t kFutex = 202;                 // x86-64
constexpr std::uint64_t kSearchedStackBytes = 4096;  // from sp up: the C frames of acquire()
constexpr std::uint64_t kOwnStackReach = 64 * 1024;  // a parked thread's semaphore is this near to sp
constexpr std::size_t kMaxTypeName = 64;

class LockFinder {
public:
    LockFinder(const Remote& remote, const Thread& thread)
        : remote_(remote), thread_(thread), futex_{thread.registers.general[kRdi]} {}

    std::optional<LockWait> find() const {
        if (thread_.registers.system_call != kFutex) return std::nullopt;
        if (auto parked = find_parked()) return parked;
        return find_semaphore_owner();
    }

private:
    // wait_entry.addr lies just before its semaphore; a lock object holds its mutex right after the header.
    std::optional<LockWait> find_parked() const {
        const Address sp = thread_.registers.sp();
        if (futex_ < sp || futex_ - sp > kOwnStackReach) return std::nullopt;
        const auto mutex = read_address(remote_.memory, futex_ - sizeof(std::uint64_t));
        const auto header = remote_.layout.pyobject.size;
        if (!mutex || !header) return std::nullopt;
        return as_lock(*mutex - *header);
    }

    // The lock object is a pointer in a saved register or slot of the frames that acquire it.
    std::optional<LockWait> find_semaphore_owner() const {
        for (const std::uint64_t word : thread_.registers.general) {
            if (auto lock = as_lock_of_semaphore({word})) return lock;
        }
        const auto stack = remote_.memory.view(thread_.registers.sp(), kSearchedStackBytes);
        for (std::size_t offset = 0; offset + sizeof(std::uint64_t) <= stack.size(); offset += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, stack.data() + offset, sizeof(word));
            if (auto lock = as_lock_of_semaphore({word})) return lock;
        }
        return std::nullopt;
    }

    std::optional<LockWait> as_lock_of_semaphore(Address object) const {
        if (!object || object.value % sizeof(std::uint64_t) != 0) return std::nullopt;
        const auto header = remote_.layout.pyobject.size;
        if (!header) return std::nullopt;
        const auto semaphore = read_address(remote_.memory, object + *header);
        return semaphore && *semaphore == futex_ ? as_lock(object) : std::nullopt;
    }

    std::optional<LockWait> as_lock(Address object) const {
        const auto name = type_name(object);
        if (!name) return std::nullopt;
        LockWait wait{thread_.registers.thread_pointer, object, *name, {}};
        if (*name == "_thread.lock" || *name == "lock") return wait;
        if (*name != "_thread.RLock" && *name != "RLock") return std::nullopt;
        // Both the semaphore pointer and the padded mutex byte take a word; then comes the owner's ident.
        const auto owner = read_address(remote_.memory, object + *remote_.layout.pyobject.size + sizeof(std::uint64_t));
        if (owner && *owner) wait.owner_thread_id = *owner;
        return wait;
    }

    std::optional<std::string> type_name(Address object) const {
        const auto type = read_pointer_field(remote_, object, remote_.layout.pyobject.ob_type, "ob_type");
        if (!type || !*type) return std::nullopt;
        const auto text = read_pointer_field(remote_, *type, remote_.layout.type_object.tp_name, "tp_name");
        if (!text) return std::nullopt;
        const auto name = read_c_string(remote_.memory, *text, kMaxTypeName);
        return name ? std::optional(*name) : std::nullopt;
    }

    const Remote& remote_;
    const Thread& thread_;
    Address futex_;
};

}  // namespace

std::vector<LockWait> find_lock_waits(const ProcessSnapshot& process, const Remote& remote) {
    std::vector<LockWait> waits;
    for (const Thread& thread : process.threads) {
        if (auto wait = LockFinder(remote, thread).find()) waits.push_back(*std::move(wait));
    }
    return waits;
}

}  // namespace pycore
