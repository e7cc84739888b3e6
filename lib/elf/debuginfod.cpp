// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "elf/debuginfod.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace pycore {
namespace {

// The part of elfutils/debuginfod.h that we call; the header is not in every distribution's libdw-dev.
struct Client {
    void* (*begin)() = nullptr;
    int (*find_debuginfo)(void* client, const unsigned char* build_id, int size, char** path) = nullptr;
    void (*end)(void* client) = nullptr;
};

std::optional<Client> load_client() {
    void* library = ::dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return std::nullopt;
    Client client;
    client.begin = reinterpret_cast<decltype(client.begin)>(::dlsym(library, "debuginfod_begin"));
    client.find_debuginfo =
        reinterpret_cast<decltype(client.find_debuginfo)>(::dlsym(library, "debuginfod_find_debuginfo"));
    client.end = reinterpret_cast<decltype(client.end)>(::dlsym(library, "debuginfod_end"));
    if (!client.begin || !client.find_debuginfo || !client.end) return std::nullopt;
    return client;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// As debuginfod_find_debuginfo(3) says; the one in HOME itself is from before the client knew XDG.
std::string cache_folder() {
    if (const std::string chosen = variable("DEBUGINFOD_CACHE_PATH"); !chosen.empty()) return chosen;
    const std::string home = variable("HOME").empty() ? "/" : variable("HOME");
    if (const std::string old = home + "/.debuginfod_client_cache"; ::access(old.c_str(), F_OK) == 0) return old;
    const std::string caches = variable("XDG_CACHE_HOME");
    return (caches.empty() ? home + "/.cache" : caches) + "/debuginfod_client";
}

}  // namespace

std::optional<std::string> prepare_debuginfod_cache() {
    std::string folder = cache_folder();
    for (std::size_t slash = folder.find('/', 1); slash != std::string::npos; slash = folder.find('/', slash + 1)) {
        ::mkdir(folder.substr(0, slash).c_str(), 0700);
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return std::nullopt;
    return folder;
}

std::optional<std::string> fetch_debug_file(const std::string& build_id) {
    static const std::optional<Client> client = load_client();
    if (!client) return std::nullopt;
    void* session = client->begin();
    if (session == nullptr) return std::nullopt;
    char* path = nullptr;
    // Size 0: the build-id is given in hex.
    const int fd = client->find_debuginfo(session, reinterpret_cast<const unsigned char*>(build_id.c_str()), 0, &path);
    std::optional<std::string> found;
    if (fd >= 0) {
        ::close(fd);
        if (path != nullptr) found = path;
    }
    std::free(path);
    client->end(session);
    return found;
}

}  // namespace pycore
