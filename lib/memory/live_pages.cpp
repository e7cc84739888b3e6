// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "memory/live_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pycore {
namespace {

constexpr std::size_t kPage = 4096;
// Pages come in clusters: what lies beside a page that was asked for is mostly asked for next, and other
// readers of cores read across the ends of lone pages.
constexpr std::size_t kClusterPages = 4;
constexpr std::array<std::size_t, 4> kGaps = {4, 16, 64, 256};  // pages that are read to make one run of two
constexpr std::size_t kBatchPages = 1024;                       // 4 MiB
constexpr std::size_t kPagemapBatch = 16384;
constexpr std::uint64_t kPresentBit = 1ULL << 63;
constexpr std::uint64_t kSwappedBit = 1ULL << 62;
constexpr std::uint64_t kFileBit = 1ULL << 61;
constexpr std::size_t kMostMissed = 4096;
constexpr std::size_t kMaxNoted = 64 << 10;  // bytes of one read; longer ones look for something

enum PageState : std::uint8_t {
    kUnknown,
    kThere,
    kOfFile,  // never touched by the process; its bytes are the file's
    kNotResident,
    kRefused,
    kVanished,
    kDeadline,
};

bool is_there(std::uint8_t state) { return state == kThere || state == kOfFile; }

LivePages::Hole hole_of(std::uint8_t state) {
    switch (state) {
        case kNotResident: return LivePages::Hole::NotResident;
        case kRefused: return LivePages::Hole::Refused;
        case kVanished: return LivePages::Hole::Vanished;
        case kDeadline: return LivePages::Hole::Deadline;
        default: return LivePages::Hole::NotSelected;
    }
}

}  // namespace

struct LivePages::Area {
    Mapping mapping;
    std::byte* mirror = nullptr;
    std::vector<std::uint8_t> pages;   // PageState; empty until the first is asked for
    std::vector<std::uint8_t> marked;  // `pages` as they were
    std::span<const std::byte> file;   // of its file, from its begin on; empty if nobody has them
    std::shared_ptr<const void> file_owner = {};

    std::size_t page_count() const { return mapping.range.size_bytes() / kPage; }
    Address address_of(std::size_t page) const { return mapping.range.begin + page * kPage; }
};

LivePages::LivePages(std::int64_t pid, int memory, int pagemap) : pid_(pid), memory_(memory), pagemap_(pagemap) {}

LivePages::~LivePages() {
    for (const auto& range : reserved_) ::munmap(range.data(), range.size());
    ::close(memory_);
    if (pagemap_ >= 0) ::close(pagemap_);
}

Result<std::shared_ptr<LivePages>> LivePages::open(std::int64_t pid, const std::vector<Mapping>& mappings) {
    const int memory = ::open(fmt::format("/proc/{}/mem", pid).c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) return Error{ErrorCode::Io, std::strerror(errno), {}};
    const int pagemap = ::open(fmt::format("/proc/{}/pagemap", pid).c_str(), O_RDONLY | O_CLOEXEC);
    auto pages = std::shared_ptr<LivePages>(new LivePages(pid, memory, pagemap));
    std::uint64_t total = 0;
    for (const Mapping& mapping : mappings) total += mapping.range.size_bytes();
    if (total == 0) return Error{ErrorCode::Absent, "the process has no memory", {}};
    void* base = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return Error{ErrorCode::Limit,
                     fmt::format("no address space for a mirror of its {} MiB of mappings: {}; see `ulimit -v` and "
                                 "vm.overcommit_memory",
                                 total >> 20, std::strerror(errno)),
                     {}};
    }
    auto* at = static_cast<std::byte*>(base);
    pages->reserved_.push_back({at, total});
    for (const Mapping& mapping : mappings) {
        pages->areas_.push_back({mapping, at, {}, {}, {}});
        at += mapping.range.size_bytes();
    }
    return pages;
}

std::vector<std::span<const std::byte>> LivePages::add(const std::vector<Mapping>& mappings) {
    std::uint64_t total = 0;
    for (const Mapping& mapping : mappings) total += mapping.range.size_bytes();
    if (total == 0) return {};
    void* base = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return {};
    auto* at = static_cast<std::byte*>(base);
    reserved_.push_back({at, total});
    std::vector<std::span<const std::byte>> mirrors;
    for (const Mapping& mapping : mappings) {
        mirrors.push_back({at, mapping.range.size_bytes()});
        areas_.push_back({mapping, at, {}, {}, {}});
        at += mapping.range.size_bytes();
    }
    std::sort(areas_.begin(), areas_.end(),
              [](const Area& a, const Area& b) { return a.mapping.range.begin < b.mapping.range.begin; });
    return mirrors;
}

void LivePages::back_by_file(Address begin, std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
    Area* area = find(begin);
    if (area == nullptr) return;
    area->file = bytes;
    area->file_owner = std::move(owner);
}

std::span<const std::byte> LivePages::mirror(std::size_t mapping) const {
    const Area& area = areas_[mapping];
    return {area.mirror, area.mapping.range.size_bytes()};
}

LivePages::Area* LivePages::find(Address address) {
    const auto after = std::upper_bound(areas_.begin(), areas_.end(), address, [](Address wanted, const Area& area) {
        return wanted < area.mapping.range.begin;
    });
    if (after == areas_.begin() || !(after - 1)->mapping.range.contains(address)) return nullptr;
    return &*(after - 1);
}

std::size_t LivePages::fetch(Address address, std::size_t size) {
    Area* area = find(address);
    if (area == nullptr || size == 0) return 0;
    const std::uint64_t begin = address - area->mapping.range.begin;
    if (reads_ && size <= kMaxNoted) reads_->push_back({address, address + size});
    const std::uint64_t end = begin + std::min<std::uint64_t>(size, area->mapping.range.size_bytes() - begin);
    if (area->pages.empty()) area->pages.resize(area->page_count(), kUnknown);
    for (std::size_t page = begin / kPage; page * kPage < end; ++page) {
        if (area->pages[page] == kUnknown && attached_) {
            read_cluster(*area, page);
        }
        if (is_there(area->pages[page])) continue;
        if (area->pages[page] == kUnknown && counts_misses_) note_miss(area->address_of(page));
        return page * kPage > begin ? page * kPage - begin : 0;
    }
    return end - begin;
}

// 0: the page was never touched.
std::uint64_t LivePages::pagemap_entry(const Area& area, std::size_t page) const {
    constexpr std::uint64_t kNobodyKnows = 1;
    std::uint64_t entry = 0;
    const auto offset = static_cast<off_t>(area.address_of(page).value / kPage * sizeof(entry));
    if (pagemap_ < 0 || ::pread(pagemap_, &entry, sizeof(entry), offset) != sizeof(entry)) return kNobodyKnows;
    return entry;
}

bool LivePages::take_from_file(Area& area, std::size_t page) const {
    if (area.file.size() < (page + 1) * kPage || pagemap_entry(area, page) != 0) return false;
    std::memcpy(area.mirror + page * kPage, area.file.data() + page * kPage, kPage);
    area.pages[page] = kOfFile;
    return true;
}

// How much of `out` could be filled, from its begin on.
std::size_t LivePages::copy(Address address, std::span<std::byte> out) const {
    const iovec local{out.data(), out.size()};
    const iovec remote{reinterpret_cast<void*>(address.value), out.size()};
    ssize_t size = ::process_vm_readv(static_cast<pid_t>(pid_), &local, 1, &remote, 1, 0);
    if (size < 0 && errno != EFAULT && errno != ESRCH) {  // switched off, or forbidden by a sandbox
        size = ::pread(memory_, out.data(), out.size(), static_cast<off_t>(address.value));
    }
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

void LivePages::read_pages(Area& area, std::size_t first, std::size_t count) {
    for (std::size_t page = first; page < first + count;) {
        if (area.pages[page] != kUnknown) {
            ++page;
            continue;
        }
        std::size_t end = page;
        while (end < first + count && area.pages[end] == kUnknown &&
               (!area.mapping.of_file || (pagemap_entry(area, end) & kPresentBit) != 0)) {
            ++end;
        }
        const std::size_t wanted = (end - page) * kPage;
        const std::size_t done = wanted == 0 ? 0 : copy(area.address_of(page), {area.mirror + page * kPage, wanted});
        for (std::size_t i = page; i < end; ++i) area.pages[i] = (i - page + 1) * kPage <= done ? kThere : kRefused;
        if (wanted == 0 && !take_from_file(area, page)) area.pages[page] = kNotResident;
        if (wanted == 0) ++page;
        // What follows a page that could not be read is tried by itself.
        if (wanted != 0) page += std::max<std::size_t>(done / kPage + (done < wanted ? 1 : 0), 1);
        for (std::size_t i = page; i < end; ++i) area.pages[i] = kUnknown;
    }
}

bool LivePages::read_entries(const Area& area) {
    entries_.resize(area.pages.size());
    const std::size_t size = entries_.size() * sizeof(entries_[0]);
    const auto offset = static_cast<off_t>(area.address_of(0).value / kPage * sizeof(entries_[0]));
    return pagemap_ >= 0 && ::pread(pagemap_, entries_.data(), size, offset) == static_cast<ssize_t>(size);
}

// Private mappings only: a page that the process wrote to is its own from then on, and no file's.
bool LivePages::is_still_of_file(const Area& area, std::size_t page) const {
    if (area.pages[page] == kOfFile && entries_[page] == 0) return true;
    return (entries_[page] & kPresentBit) != 0 && (entries_[page] & kFileBit) != 0;
}

std::uint64_t LivePages::read_again(const std::function<bool()>& go_on) {
    std::uint64_t total = 0;
    bool going = true;
    for (Area& area : areas_) {
        if (area.pages.empty()) continue;
        const bool known = area.mapping.of_file && !area.mapping.shared && read_entries(area);
        const auto is_due = [&](std::size_t page) {
            return is_there(area.pages[page]) && (known ? !is_still_of_file(area, page) : area.pages[page] == kThere);
        };
        for (std::size_t page = 0; page < area.pages.size(); ++page) {
            std::size_t end = page;
            while (end < area.pages.size() && end - page < kBatchPages && is_due(end)) ++end;
            if (end == page) continue;
            going = going && go_on();
            const std::size_t wanted = (end - page) * kPage;
            const std::size_t done = going ? copy(area.address_of(page), {area.mirror + page * kPage, wanted}) : 0;
            for (std::size_t i = page; i < end; ++i) {
                area.pages[i] = i - page < done / kPage ? kThere : going ? kVanished : kDeadline;
            }
            total += done;
            page = end - 1;
        }
    }
    return total;
}

std::vector<AddressRange> LivePages::present() const {
    std::vector<AddressRange> runs;
    for (const Area& area : areas_) {
        for (std::size_t page = 0; page < area.pages.size(); ++page) {
            if (!is_there(area.pages[page])) continue;
            const Address begin = area.address_of(page);
            if (runs.empty() || runs.back().end != begin || begin == area.mapping.range.begin) {
                runs.push_back({begin, begin});
            }
            runs.back().end = begin + kPage;
        }
    }
    return runs;
}

void LivePages::close_gaps(std::size_t max_runs) {
    for (const std::size_t max_gap : kGaps) {
        if (present().size() <= max_runs) return;
        for (Area& area : areas_) close_gaps_in(area, max_gap);
    }
}

void LivePages::close_gaps_in(Area& area, std::size_t max_gap) {
    std::size_t end_of_run = area.pages.size();  // no run yet
    for (std::size_t page = 0; page < area.pages.size(); ++page) {
        if (!is_there(area.pages[page])) continue;
        if (end_of_run < page && page - end_of_run <= max_gap) read_pages(area, end_of_run, page - end_of_run);
        end_of_run = page + 1;
    }
}

std::span<const std::byte> LivePages::bytes_of(const AddressRange& run) const {
    const Area* area = find(run.begin);
    if (area == nullptr) return {};
    const std::uint64_t begin = run.begin - area->mapping.range.begin;
    return {area->mirror + begin, std::min(run.size_bytes(), area->mapping.range.size_bytes() - begin)};
}

bool LivePages::peek(Address address, std::span<std::byte> out) {
    const Area* area = find(address);
    if (area == nullptr || area->mapping.of_file || out.size() > area->mapping.range.end - address) return false;
    return copy(address, out) == out.size();
}

std::vector<AddressRange> LivePages::resident(AddressRange range) const {
    std::vector<AddressRange> runs;
    std::vector<std::uint64_t> entries(kPagemapBatch);
    for (Address at = range.begin; at < range.end;) {
        const std::size_t wanted = std::min<std::uint64_t>((range.end - at) / kPage, kPagemapBatch);
        const auto offset = static_cast<off_t>(at.value / kPage * sizeof(entries[0]));
        const ssize_t got = pagemap_ < 0 ? -1 : ::pread(pagemap_, entries.data(), wanted * sizeof(entries[0]), offset);
        if (wanted == 0 || got <= 0) return got < 0 ? std::vector<AddressRange>{range} : runs;
        const std::size_t count = static_cast<std::size_t>(got) / sizeof(entries[0]);
        for (std::size_t i = 0; i < count; ++i) {
            if ((entries[i] & (kPresentBit | kSwappedBit)) == 0) continue;
            const Address page = at + i * kPage;
            if (runs.empty() || runs.back().end != page) runs.push_back({page, page});
            runs.back().end = page + kPage;
        }
        at = at + count * kPage;
    }
    return runs;
}

void LivePages::fetch_resident(AddressRange range) {
    Area* area = find(range.begin);
    if (area == nullptr) return;
    if (area->pages.empty()) area->pages.resize(area->page_count(), kUnknown);
    range.end = std::min(range.end, area->mapping.range.end);
    for (const AddressRange& run : resident(range)) {
        const std::size_t first = (run.begin - area->mapping.range.begin) / kPage;
        const std::size_t end = first + run.size_bytes() / kPage;
        for (std::size_t at = first; at < end; at += kBatchPages)
            read_pages(*area, at, std::min(kBatchPages, end - at));
    }
}

void LivePages::attach() {
    attached_ = true;
    for (Area& area : areas_) {
        for (std::uint8_t& page : area.pages) {
            if (page == kVanished || page == kDeadline) page = kUnknown;
        }
    }
    for (const Address address : std::exchange(missed_, {})) {
        Area* area = find(address);
        if (area != nullptr) read_cluster(*area, (address - area->mapping.range.begin) / kPage);
    }
}

void LivePages::note_miss(Address page) {
    ++misses_;
    if (missed_.size() < kMostMissed) missed_.push_back(page);
}

void LivePages::read_cluster(Area& area, std::size_t page) {
    const std::size_t first = page / kClusterPages * kClusterPages;
    read_pages(area, first, std::min(kClusterPages, area.page_count() - first));
}

void LivePages::mark() {
    for (Area& area : areas_) area.marked = area.pages;
}

void LivePages::forget() {
    for (Area& area : areas_) {
        area.pages = area.marked;
        if (area.pages.empty()) ::madvise(area.mirror, area.mapping.range.size_bytes(), MADV_DONTNEED);
    }
}

std::vector<AddressRange> LivePages::noted_reads(std::size_t max_size) const {
    std::vector<AddressRange> reads = reads_.value_or(std::vector<AddressRange>{});
    std::erase_if(reads, [&](const AddressRange& read) { return read.size_bytes() > max_size; });
    std::sort(reads.begin(), reads.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    std::vector<AddressRange> merged;
    for (const AddressRange& read : reads) {
        if (merged.empty() || merged.back().end < read.begin) {
            merged.push_back(read);
        } else {
            merged.back().end = std::max(merged.back().end, read.end);
        }
    }
    return merged;
}

std::span<std::byte> LivePages::edit(const AddressRange& run) {
    const auto bytes = bytes_of(run);
    return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

std::vector<LivePages::HoleRun> LivePages::holes() const {
    std::vector<HoleRun> holes;
    for (const Area& area : areas_) {
        if (area.pages.empty()) holes.push_back({area.mapping.range, Hole::NotSelected});
        for (std::size_t page = 0; page < area.pages.size(); ++page) {
            if (is_there(area.pages[page])) continue;
            const Address begin = area.address_of(page);
            const Hole hole = hole_of(area.pages[page]);
            const bool goes_on =
                page > 0 && !holes.empty() && holes.back().range.end == begin && holes.back().hole == hole;
            if (!goes_on) holes.push_back({{begin, begin}, hole});
            holes.back().range.end = begin + kPage;
        }
    }
    return holes;
}

std::uint64_t LivePages::present_bytes() const {
    std::uint64_t total = 0;
    for (const AddressRange& run : present()) total += run.size_bytes();
    return total;
}

}  // namespace pycore
