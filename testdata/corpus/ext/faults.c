// SPDX-License-Identifier: Apache-2.0
// Bugs in C for the labelled corpus: what ctypes calls, with functions of its own below, some of them shared by
// two bugs. Built without a libc of its own, so that one file loads under any glibc.
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define KEEP(x) __asm__ volatile("" : : "r"(x) : "memory")

typedef int (*callback_t)(int);

// Two bugs end in fill_row: image_fill gets no pixels, image_blur a height that is not there.
static NOINLINE void fill_row(volatile unsigned char *row, int n) {
  for (int i = 0; i < n; ++i) row[i] = (unsigned char)i;
  KEEP(row);
}

int image_fill(unsigned char *pixels, int rows) {
  for (int y = 0; y < rows; ++y) fill_row(pixels + 64 * y, 64);
  return rows;
}

int image_blur(unsigned char *pixels, long stride) {
  for (long y = 0; y < 1000000; ++y) fill_row(pixels + stride * y, 64);
  return 1;
}

struct header {
  int magic;
  const struct header *next;
};

static NOINLINE int read_header(const struct header *header) {
  int magic = header->next->magic;
  KEEP(magic);
  return magic;
}

int codec_decode(void) {
  struct header header = {1, NULL};
  KEEP(&header);
  return read_header(&header) + 1;
}

static NOINLINE int apply(callback_t hash, int key) {
  int value = hash(key);
  KEEP(value);
  return value + 1;
}

int table_lookup(callback_t hash) { return apply(hash, 7) + 1; }

NOINLINE int ratio(int a, volatile int *b) {
  int value = a / *b;
  KEEP(value);
  return value;
}

int mean_of(int total) {
  volatile int count = 0;
  return ratio(total, &count) + 1;
}

int unreachable_state(int state) {
  KEEP(state);
  __builtin_trap();
}

int set_limit(int limit) {
  assert(limit < 10 && "limit too large");
  return limit;
}

int set_order(int order) {
  assert(order >= 0);
  return order;
}

int give_up(void) {
  KEEP(0);
  abort();
}

static volatile int endless = 1;

NOINLINE int parse_nested(int depth) {
  volatile char page[512];
  page[0] = (char)depth;
  if (!endless) return 0;
  return parse_nested(depth + 1) + page[0];
}

NOINLINE int visit_leaf(int depth);
NOINLINE int visit_node(int depth) {
  volatile char page[300];
  page[0] = (char)depth;
  if (!endless) return 0;
  return visit_leaf(depth + 1) + page[0];
}

NOINLINE int visit_leaf(int depth) {
  volatile char page[700];
  page[0] = (char)depth;
  if (!endless) return 0;
  return visit_node(depth + 1) + page[0];
}

int pool_release(void) {
  void *block = malloc(5000), *guard = malloc(16);
  KEEP(guard);
  free(block);
  KEEP(block);
  free(block);
  return guard != NULL;
}

int pool_shift(void) {
  char *block = malloc(5000);
  KEEP(block);
  free(block + 8);
  return 1;
}

int buffer_append(void) {
  // Larger than any hole of the heap, so that they lie side by side.
  char *first = malloc(100000), *second = malloc(100000), *third = malloc(100000);
  KEEP(first);
  KEEP(third);
  for (volatile char *at = first; at < first + 100100; ++at) *at = 0x41;
  KEEP(first);
  free(second);
  return 1;
}

static NOINLINE void copy_name(char *target, const char *name) {
  while ((*target++ = *name++)) {
  }
  KEEP(target);
}

int greet(const char *name) {
  char text[16];
  copy_name(text, name);
  KEEP(text);
  return text[0];
}

static NOINLINE int sum_bytes(const volatile unsigned char *bytes, long size) {
  int sum = 0;
  for (long i = 0; i < size; i += 512) sum += bytes[i];
  KEEP(sum);
  return sum;
}

int checksum_file(const char *path) {
  int file = open(path, O_RDWR | O_CREAT, 0600);
  if (ftruncate(file, 8192)) return -1;
  unsigned char *bytes = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);
  if (ftruncate(file, 0)) return -1;
  return sum_bytes(bytes, 8192) + 1;
}

unsigned long measure(const char *text) {
  unsigned long size = strlen(text);
  KEEP(size);
  return size + 1;
}

int duplicate(char *target, const char *source) {
  memcpy(target, source, 100000);
  KEEP(target);
  return 1;
}

NOINLINE int call_each(callback_t visit, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += visit(i);
  KEEP(sum);
  return sum;
}

static volatile long rounds;
int solve_forever(void) {
  for (;;) ++rounds;
}

static pthread_mutex_t device = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

int device_lock_twice(void) {
  pthread_mutex_lock(&device);
  pthread_mutex_lock(&device);
  return 1;
}

// Holds a C lock while it calls back into Python.
int device_with_lock(callback_t visit) {
  pthread_mutex_lock(&device);
  int result = visit(1);
  pthread_mutex_unlock(&device);
  return result;
}

int journal_write(void) {
  pthread_mutex_lock(&journal);
  pthread_mutex_lock(&journal);
  return 1;
}

int read_device(int descriptor) {
  char bytes[16];
  long size = read(descriptor, bytes, sizeof bytes);
  KEEP(bytes);
  return (int)size;
}
