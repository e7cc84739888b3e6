/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: the pycore authors */
/* A thread that never rests and notes when it was kept from running: {begin, length} in nanoseconds of
   CLOCK_MONOTONIC of each gap above 50 us, in a file that is mapped shared: u64 count, then the pairs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { kMaxGaps = 1 << 16 };
static volatile uint64_t* log_;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void* spin(void* unused) {
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    pthread_setaffinity_np(pthread_self(), sizeof(first), &first);  /* the tool has another one */
    for (uint64_t before = now();;) {
        const uint64_t after = now();
        if (after - before > 50000 && log_[0] < kMaxGaps) {
            log_[1 + 2 * log_[0]] = before;
            log_[2 + 2 * log_[0]] = after - before;
            log_[0] = log_[0] + 1;
        }
        before = after;
    }
    return unused;
}

int start(const char* path) {
    const int file = open(path, O_RDWR | O_CREAT, 0600);
    const size_t size = (1 + 2 * (size_t)kMaxGaps) * sizeof(uint64_t);
    if (file < 0 || ftruncate(file, (off_t)size) != 0) return -1;
    log_ = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    pthread_t thread;
    return log_ == MAP_FAILED ? -1 : pthread_create(&thread, 0, spin, 0);
}
