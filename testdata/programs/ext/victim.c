// SPDX-License-Identifier: Apache-2.0
// The C side of the victim programs: a plain shared library that every interpreter loads with
// ctypes, with or without its headers. Built without a libc of its own (`-nostdlib`), so that the
// symbols carry no version and one build loads under any glibc.
//
//     cc -g -O1 -fPIC -shared -nostdlib -o libvictim.so victim.c
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

typedef int (*callback_t)(int);
typedef int (*compare_t)(const void *, const void *);

static volatile int victim_counter;

// Runs forever. Called by ctypes.PyDLL it keeps the GIL, by ctypes.CDLL it does not. The bytes
// written first wake threads that read the other end of a pipe.
NOINLINE void victim_spin_inner(void) {
  for (;;) ++victim_counter;
}

int victim_spin(int wake_fd) {
  static const char bytes[64];
  if (wake_fd >= 0 && write(wake_fd, bytes, sizeof bytes) != sizeof bytes) return -1;
  victim_spin_inner();
  return victim_counter;
}

// Blocks forever in the kernel.
int victim_pause(void) {
  for (;;) {
    pause();
    ++victim_counter;
  }
  return 0;
}

// Ways to die.
NOINLINE int victim_write_through(volatile int *address) {
  *address = 42;
  return *address;
}

int victim_crash(int *address) {
  return victim_write_through(address) + 1;
}

int victim_abort(void) {
  abort();
}

NOINLINE int victim_divide_by(volatile int *divisor) {
  return 42 / *divisor;
}

int victim_divide(void) {
  volatile int zero = 0;
  return victim_divide_by(&zero) + 1;
}

NOINLINE int victim_jump(callback_t address) {
  return address(1) + 1;
}

static volatile int victim_endless = 1;

NOINLINE int victim_overflow(int depth) {
  volatile char page[4096];
  page[0] = (char)depth;
  if (!victim_endless) return 0;
  return victim_overflow(depth + 1) + page[0];
}

// Python -> C -> Python: `depth` + 1 C frames between the caller and the callback.
NOINLINE int victim_call_back(callback_t callback, int depth) {
  if (depth > 0) return victim_call_back(callback, depth - 1) + 1;
  return callback(depth) + 1;
}

int victim_sort(int *values, size_t count, compare_t compare) {
  qsort(values, count, sizeof *values, compare);
  return values[0];
}

// Threads that Python did not start: one that it never hears of, one that calls it.
static void *victim_thread_main(void *argument) {
  (void)argument;
  prctl(PR_SET_NAME, "victim-native", 0, 0, 0);
  victim_pause();
  return NULL;
}

int victim_start_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, victim_thread_main, NULL);
}

static void *victim_callback_main(void *argument) {
  callback_t callback = (callback_t)argument;
  victim_call_back(callback, 2);
  return NULL;
}

int victim_start_callback_thread(callback_t callback) {
  pthread_t thread;
  return pthread_create(&thread, NULL, victim_callback_main, (void *)callback);
}
