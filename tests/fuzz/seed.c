/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: the pycore authors */
/* A small shared object with everything that debug information has: the seed of targets that read ELF. */
typedef struct _ts {
    struct _ts* prev;
    struct _ts* next;
    struct {
        unsigned initialized : 1;
        unsigned bound : 1;
    } _status;
    unsigned long thread_id;
} PyThreadState;

PyThreadState states[2];
volatile int sink;

static inline __attribute__((always_inline)) int inner(int x) {
    sink = x;
    return x * 3 + sink;
}

static __attribute__((noinline)) int local_function(int x) {
    int sum = 0;
    for (int i = 0; i < x; ++i) {
        int square = inner(i);
        sum += square;
    }
    return sum;
}

int outer(PyThreadState* state, int count) {
    state->thread_id = (unsigned long)count;
    return local_function(count) + inner(count + 1);
}
