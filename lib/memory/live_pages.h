// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// LivePages copies the memory of a running process page by page, as it is looked at, into a mirror of its
// mappings: a range of our own address space of which only what was read takes memory. The pages that
// were read are remembered, so that all of them can be read once more in one go, at one instant.
//
// Pages of files are read only if they are in memory already (/proc/PID/pagemap): reading others would
// fetch them from the file system, which may be the one that hangs. What such a page would hold is taken
// from the file's bytes where somebody has them. Devices are never read.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "memory/page_source.h"

namespace pycore {

class LivePages final : public PageSource {
public:
    struct Mapping {
        AddressRange range;
        bool of_file = false;  // false: anonymous memory
        bool shared = false;   // others may write to it
    };

    // `mappings` are ascending and disjoint, whole pages, readable, and no devices.
    static Result<std::shared_ptr<LivePages>> open(std::int64_t pid, const std::vector<Mapping>& mappings);
    ~LivePages() override;
    // Takes in mappings that came later; they overlap with none that are known. Where their bytes appear; nothing is
    // taken in if there is no address space for them.
    std::vector<std::span<const std::byte>> add(const std::vector<Mapping>& mappings);
    LivePages(const LivePages&) = delete;
    LivePages& operator=(const LivePages&) = delete;

    // The bytes of the file that the mapping at `begin` shows, from its begin on, and who keeps them. Before the first
    // fetch from that mapping.
    void back_by_file(Address begin, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

    // Where the bytes of a mapping appear; to be looked at through fetch() only.
    std::span<const std::byte> mirror(std::size_t mapping) const;

    std::size_t fetch(Address address, std::size_t size) override;

    // Reads what was read so far once more, page by page in ascending order, but for what is the file's still: that is
    // as it was. `go_on` is asked before
    // each batch of at most 4 MiB; when it says no, what was not read again counts as not there.
    // Returns the bytes read.
    std::uint64_t read_again(const std::function<bool()>& go_on);

    // From now on nothing more is read from the process: what was not read is not there.
    void detach() { attached_ = false; }
    // How many fetches since detach() asked for pages that are not there, although the process had them.
    std::uint64_t misses() const { return misses_; }
    // false: until count_misses(true) they are not counted, because what is asked for is worth no second reading.
    void count_misses(bool yes) { counts_misses_ = yes; }
    // Takes up reading again: pages that were missed are read, so that the next read_again() has them whatever the
    // process does now, and those that had been lost when they were read again may be.
    void attach();

    // Copies bytes and remembers nothing; false if they cannot be had. Pages of files are left alone.
    bool peek(Address address, std::span<std::byte> out);
    // The parts of `range`, whole pages, that the process has in memory or in swap; all of it if the kernel does
    // not tell.
    std::vector<AddressRange> resident(AddressRange range) const;
    // As fetch() for all of resident(range), at once.
    void fetch_resident(AddressRange range);
    // forget() makes it as if nothing had been looked at since mark().
    void mark();
    void forget();

    // From now on notes which bytes are asked for, by fetches of at most 64 KiB.
    void note_reads() { reads_.emplace(); }
    // What was noted, ascending and disjoint, by fetches of at most `max_size` bytes.
    std::vector<AddressRange> noted_reads(std::size_t max_size = SIZE_MAX) const;
    // The bytes of a run of present(), to be changed before they are kept.
    std::span<std::byte> edit(const AddressRange& run);

    // Why pages are not there: the runs of all that is not, ascending.
    enum class Hole {
        NotSelected,  // nobody asked for it
        NotResident,  // of a file that is not in memory there
        Refused,      // the kernel does not give it
        Vanished,     // could be read before, and then no more
        Deadline,     // the time was over
    };
    struct HoleRun {
        AddressRange range;
        Hole hole = Hole::NotSelected;
    };
    std::vector<HoleRun> holes() const;

    // The runs of pages that are there, ascending, each within one mapping.
    std::vector<AddressRange> present() const;
    // Reads what lies between runs that are near each other, until there are at most `max_runs` or nothing is near:
    // readers of cores are slow with many segments. Only what the process gives is read.
    void close_gaps(std::size_t max_runs);
    // All of a run of present().
    std::span<const std::byte> bytes_of(const AddressRange& run) const;
    std::uint64_t present_bytes() const;

private:
    struct Area;

    LivePages(std::int64_t pid, int memory, int pagemap);
    Area* find(Address address);
    const Area* find(Address address) const { return const_cast<LivePages*>(this)->find(address); }
    void close_gaps_in(Area& area, std::size_t max_gap);
    void read_pages(Area& area, std::size_t first, std::size_t count);
    void read_cluster(Area& area, std::size_t page);
    void note_miss(Address page);
    std::uint64_t pagemap_entry(const Area& area, std::size_t page) const;
    bool read_entries(const Area& area);
    bool is_still_of_file(const Area& area, std::size_t page) const;
    bool take_from_file(Area& area, std::size_t page) const;
    std::size_t copy(Address address, std::span<std::byte> out) const;

    std::int64_t pid_;
    int memory_;                                  // /proc/PID/mem
    int pagemap_;                                 // /proc/PID/pagemap, or -1
    std::vector<std::span<std::byte>> reserved_;  // mirrors of open() and of each add()
    std::vector<Area> areas_;                     // ascending
    bool attached_ = true;
    std::vector<std::uint64_t> entries_;  // of the pagemap, for the pages of one area
    std::uint64_t misses_ = 0;
    std::vector<Address> missed_;  // pages, since attach(); the first of very many
    bool counts_misses_ = true;
    std::optional<std::vector<AddressRange>> reads_;  // as they came
};

}  // namespace pycore
