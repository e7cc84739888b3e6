// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "base/mapped_file_guard.h"

#include <unistd.h>
#include <csignal>

#include <array>
#include <atomic>
#include <cstring>
#include <string_view>

#include "base/mapped_file.h"

namespace pycore {
namespace {

// Read by the signal handler, so neither locks nor allocation.
std::array<std::atomic<const MappedFile*>, kMaxGuardedFiles> guarded;
std::atomic<std::size_t> first_maybe_free = 0;

const MappedFile* file_at(const void* address) {
    for (const auto& slot : guarded) {
        const MappedFile* file = slot.load(std::memory_order_acquire);
        if (file == nullptr) continue;
        const auto bytes = file->bytes();
        // The mapping is whole pages; the last one may reach past the file's end.
        if (address >= bytes.data() && address < bytes.data() + bytes.size()) return file;
    }
    return nullptr;
}

void say(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// The path may be anybody's: no control characters on a terminal, nor what UTF-8 makes of other bytes.
void say_path(const char* path) {
    for (; *path != '\0'; ++path) {
        const auto byte = static_cast<unsigned char>(*path);
        say(byte < 0x20 || byte >= 0x7f ? "?" : std::string_view(path, 1));
    }
}

void on_bus_error(int signal, siginfo_t* info, void*) {
    const MappedFile* file = file_at(info->si_addr);
    if (file == nullptr) {
        std::signal(signal, SIG_DFL);  // returning runs into it again
        return;
    }
    say("pycore: ");
    say_path(file->path().c_str());
    say(": cannot be read any more; was it cut or replaced meanwhile, or did its disk fail?\n");
    ::_exit(1);
}

}  // namespace

void install_mapped_file_guard() {
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

std::size_t guard_mapped_file(const MappedFile& file) {
    for (std::size_t slot = first_maybe_free; slot < guarded.size(); ++slot) {
        const MappedFile* none = nullptr;
        if (!guarded[slot].compare_exchange_strong(none, &file, std::memory_order_acq_rel)) continue;
        first_maybe_free = slot + 1;
        return slot;
    }
    return guarded.size();
}

void unguard_mapped_file(std::size_t slot) {
    if (slot >= guarded.size()) return;
    guarded[slot].store(nullptr, std::memory_order_release);
    if (slot < first_maybe_free) first_maybe_free = slot;
}

}  // namespace pycore
