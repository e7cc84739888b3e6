// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "batch/collect_targets.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/mapped_file.h"
#include "batch/probe_file.h"
#include "report/freeze_reader.h"

namespace pycore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndex = std::size_t{256} << 20;  // bytes of an index

class Collector {
public:
    explicit Collector(const CollectLimits& limits) : limits_(limits) {}

    void add_named(const std::string& name) {
        std::error_code error;
        if (fs::is_directory(name, error)) return add_folder(name);
        if (fs::exists(name, error)) return add_file(name, true);
        const auto matches = find_matches(name);
        if (matches.empty()) return add_file(name, true);  // says why not
        for (const std::string& match : matches) {
            fs::is_directory(match, error) ? add_folder(match) : add_file(match, true);
        }
    }

    CollectedTargets take() {
        tell_indexed();
        const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
        const auto same_path = [](const auto& a, const auto& b) { return a.path == b.path; };
        for_each_list([&](auto& list) {
            std::stable_sort(list.begin(), list.end(), by_path);
            list.erase(std::unique(list.begin(), list.end(), same_path), list.end());
        });
        return std::move(found_);
    }

private:
    template <typename Use>
    void for_each_list(Use&& use) {
        use(found_.targets);
        use(found_.unread);
    }

    static std::vector<std::string> find_matches(const std::string& pattern) {
        glob_t matches{};
        std::vector<std::string> paths;
        if (::glob(pattern.c_str(), GLOB_BRACE, nullptr, &matches) == 0) {
            paths.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
        }
        ::globfree(&matches);
        return paths;
    }

    void add_folder(const std::string& name) {
        std::vector<std::pair<std::string, std::size_t>> folders{{name, 0}};
        while (!folders.empty()) {
            const auto [folder, depth] = std::move(folders.back());
            folders.pop_back();
            std::error_code error;
            for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
                std::error_code unused;
                const std::string path = entry->path().string();
                if (entry->is_directory(unused) && !entry->is_symlink(unused)) {
                    if (depth < limits_.depth) folders.emplace_back(path, depth + 1);
                } else if (entry->is_regular_file(unused)) {
                    if (++looked_at_ > limits_.files) return tell_limit(name);
                    add_file(path, false);
                }
            }
            if (error) found_.notes.push_back(fmt::format("{}: cannot be listed: {}", folder, error.message()));
        }
    }

    void tell_limit(const std::string& name) {
        found_.notes.push_back(fmt::format("{}: holds more than {} files; the rest is left out", name, limits_.files));
    }

    void add_file(const std::string& path, bool named) {
        const auto probed = probe_file(path);
        if (!probed) {
            found_.unread.push_back({path, probed.error().message, {}, {}, {}});
        } else if (probed->is_index) {
            add_index(path);
        } else if (probed->kind) {
            found_.targets.push_back({path, *probed->kind, probed->size_bytes, {}, {}, {}});
        } else if (named) {
            // The reader has better words for what it is.
            found_.targets.push_back({path, TargetKind::Process, probed->size_bytes, {}, {}, {}});
        } else {
            ++found_.passed_over;
        }
    }

    // Its files are looked at with the folder they lie in, or now if it was named by itself.
    void add_index(const std::string& path) {
        const auto file = MappedFile::open(path);
        if (!file || (*file)->bytes().size() > kMaxIndex) return;
        const auto bytes = (*file)->bytes();
        const auto results = read_freeze_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!results) {
            found_.unread.push_back({path, results.error().message, {}, {}, {}});
            return;
        }
        for (const IndexedProcess& result : *results) add_indexed(fs::path(path).parent_path(), result);
    }

    void add_indexed(const fs::path& folder, const IndexedProcess& result) {
        if (result.file) {
            indexed_.emplace((folder / fs::path(*result.file).filename()).string(), result);
        } else {
            const std::string name = (folder / fmt::format("process {}", result.pid)).string();
            found_.unread.push_back({name,
                                     "could not be frozen: " + result.error.value_or("the index does not say why"),
                                     result.pid, result.rank, result.host});
        }
    }

    void tell_indexed() {
        for (Target& target : found_.targets) {
            const auto result = indexed_.find(target.path);
            if (result == indexed_.end()) continue;
            target.pid = result->second.pid;
            target.rank = result->second.rank;
            target.host = result->second.host;
            indexed_.erase(result);
        }
        for (const auto& [path, result] : indexed_) {
            std::error_code error;
            if (fs::exists(path, error)) {
                const auto unread = [&name = path](const UnreadTarget& other) { return other.path == name; };
                if (std::none_of(found_.unread.begin(), found_.unread.end(), unread)) add_file(path, true);
                continue;
            }
            found_.unread.push_back({path, "is in the index, but not there", result.pid, result.rank, result.host});
        }
    }

    CollectLimits limits_;
    CollectedTargets found_;
    std::map<std::string, IndexedProcess> indexed_;
    std::size_t looked_at_ = 0;
};

}  // namespace

CollectedTargets collect_targets(const std::vector<std::string>& names, const CollectLimits& limits) {
    Collector collector(limits);
    for (const std::string& name : names) collector.add_named(name);
    return collector.take();
}

}  // namespace pycore
