/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: the pycore authors */
/*
 * A program that dies in the way that its first argument names, so that its core can be unwound.
 * Lines that a test asks for are marked "HERE: name".
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define INLINE __attribute__((always_inline)) static inline

volatile int sink;

/* Calls that the compiler merges into their caller. */
INLINE void inlined_inner(int x) {
    sink = x;
    if (x > 0) abort(); /* HERE: inner */
}
INLINE void inlined_middle(int x) {
    sink = x + 1;
    inlined_inner(x); /* HERE: middle */
    sink = x + 2;
}
NOINLINE void outer(int x) {
    sink = x;
    inlined_middle(x); /* HERE: outer */
    sink = x + 3;
}

/* A call that does not return, as the last instruction: its return address lies in what follows. */
__attribute__((noreturn)) NOINLINE void die(void) { abort(); }
NOINLINE void ends_in_a_call(void) {
    sink = 1;
    die(); /* HERE: ends_in_a_call */
}

static void on_signal(int number) {
    sink = number;
    abort();
}
NOINLINE void interrupted(volatile int* address) {
    *address = 1; /* HERE: interrupted */
    sink = 2;
}
static void die_in_handler(int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = flags;
    if (flags & SA_ONSTACK) {
        stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
        sigaltstack(&stack, NULL);
    }
    sigaction(SIGSEGV, &action, NULL);
    interrupted((volatile int*)8);
}

NOINLINE int recurse(int depth) {
    volatile int kept = depth;
    if (depth == 0) abort();
    return recurse(depth - 1) + kept;
}

void (*volatile nowhere)(void);
NOINLINE void call_nowhere(void) {
    nowhere();
    sink = 3;
}

static pthread_barrier_t barrier;
NOINLINE void wait_here(void) {
    pthread_barrier_wait(&barrier);
    for (;;) pause();
}
static void* thread_main(void* unused) {
    (void)unused;
    wait_here();
    return NULL;
}
static void die_with_threads(unsigned count) {
    pthread_barrier_init(&barrier, NULL, count + 1);
    for (unsigned i = 0; i < count; ++i) {
        pthread_t thread;
        pthread_create(&thread, NULL, thread_main, NULL);
    }
    pthread_barrier_wait(&barrier);
    usleep(100000);
    abort();
}

/*
 * An evaluation loop in small: each activation has a block on the stack whose address is told
 * (anchors), and calls the next one through code that has no unwind rules.
 */
#define LOOPS 5
uintptr_t anchors[LOOPS];
int anchor_count;
typedef void (*function_type)(int);
typedef void (*stub_type)(function_type, int);
static stub_type stub;
NOINLINE void loop(int depth) {
    volatile uintptr_t block[8];
    block[0] = (uintptr_t)depth;
    anchors[anchor_count++] = (uintptr_t)&block[0];
    if (depth == 0) abort();
    stub(loop, depth - 1);
    sink = (int)block[0];
}
static void die_through(const unsigned char* code, size_t size) {
    void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, code, size);
    stub = (stub_type)page;
    loop(LOOPS - 1);
}
/* push rbx; sub rsp, 0x40; mov rax, rdi; mov edi, esi; call rax; xor eax, eax; add rsp, 0x40; pop rbx; ret:
 * what follows the call does not tell by itself that it is an epilogue. */
static const unsigned char opaque_stub[] = {0x53, 0x48, 0x83, 0xec, 0x40, 0x48, 0x89, 0xf8, 0x89, 0xf7,
                                            0xff, 0xd0, 0x31, 0xc0, 0x48, 0x83, 0xc4, 0x40, 0x5b, 0xc3};
/* The same without xor. */
static const unsigned char plain_stub[] = {0x53, 0x48, 0x83, 0xec, 0x40, 0x48, 0x89, 0xf8, 0x89,
                                           0xf7, 0xff, 0xd0, 0x48, 0x83, 0xc4, 0x40, 0x5b, 0xc3};
/* push rbp; mov rbp, rsp; sub rsp, 0x40; mov rax, rdi; mov edi, esi; call rax; xor eax, eax; leave; ret */
static const unsigned char frame_pointer_stub[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x40, 0x48, 0x89,
                                                   0xf8, 0x89, 0xf7, 0xff, 0xd0, 0x31, 0xc0, 0xc9, 0xc3};
/* push rbx; sub rsp, 0x40; ud2 */
static const unsigned char dying_stub[] = {0x53, 0x48, 0x83, 0xec, 0x40, 0x0f, 0x0b};

int main(int argc, char** argv) {
    const char* way = argc > 1 ? argv[1] : "";
    if (!strcmp(way, "inlined")) outer(argc);
    if (!strcmp(way, "noreturn")) ends_in_a_call();
    if (!strcmp(way, "signal")) die_in_handler(0);
    if (!strcmp(way, "altstack")) die_in_handler(SA_ONSTACK);
    if (!strcmp(way, "deep")) return recurse(10000);
    if (!strcmp(way, "nowhere")) call_nowhere();
    if (!strcmp(way, "threads")) die_with_threads(200);
    if (!strcmp(way, "opaque_stub")) die_through(opaque_stub, sizeof opaque_stub);
    if (!strcmp(way, "dying_stub")) die_through(dying_stub, sizeof dying_stub);
    if (!strcmp(way, "plain_stub")) die_through(plain_stub, sizeof plain_stub);
    if (!strcmp(way, "frame_pointer")) die_through(frame_pointer_stub, sizeof frame_pointer_stub);
    return 1;
}
