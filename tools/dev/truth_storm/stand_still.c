// SPDX-License-Identifier: Apache-2.0
// Starts a program and, when told to, stops all of its threads at one instant, lets faulthandler tell them, and
// ends the process by a signal that dumps core, without any thread having moved in between.
//
//     stand_still SIGNAL OUTPUT -- COMMAND...      SIGNAL: what faulthandler.register() was given
//
// It is led by lines on stdin and answers with lines on stdout:
//
//     (start)         ready PID                    the handler is there
//     stop N          thread TID R15 R14 ... GS    one for each thread: user_regs_struct, 27 numbers in hex
//                     told TID SIGNAL              the N-th thread (modulo their number) ran the handler;
//                                                  SIGNAL is 0, or what faulthandler itself crashed with
//     die N           died SIGNAL CORE             by a signal that the program does not catch; CORE is 0 or 1
//     stay            stays                        stopped by SIGSTOP and no longer traced, for gdb
//     (end of input)                               everything that it started is killed
//
// Why the text and the core are of the same instant: every thread is in a ptrace stop. One of them alone runs the
// signal handler until rt_sigreturn has put its registers back; they are then set once more to what they were,
// because a system call may have been rewound. Nothing else has run, so memory is the same but for the dead
// part of that thread's stack. A fatal signal then kills the others where they stand.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kMaxThreads = 4096, kXstateBytes = 16384, kTellSeconds = 10, kReadySeconds = 60, kXstateNote = 0x202 /* NT_X86_XSTATE */ };

struct thread {
  pid_t tid;
  struct user_regs_struct registers;
};

static struct thread threads[kMaxThreads];
static int thread_count;
static pid_t victim;
static int tell_signal;

static void end_all(void) {
  char path[64], text[65536];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  for (int round = 0; round < 1000; ++round) {
    if (victim) kill(-victim, SIGKILL);
    FILE *children = fopen(path, "r");
    size_t size = children ? fread(text, 1, sizeof text - 1, children) : 0;
    if (children) fclose(children);
    text[size] = '\0';
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) kill(atoi(word), SIGKILL);
    while (waitpid(-1, NULL, __WALL | WNOHANG) > 0) continue;
    if (waitpid(-1, NULL, __WALL | WNOHANG) < 0 && errno == ECHILD) return;
    usleep(2000);
  }
}

static void give_up(const char *format, ...) {
  va_list words;
  va_start(words, format);
  printf("failed ");
  vprintf(format, words);
  printf("\n");
  fflush(stdout);
  end_all();
  exit(1);
}

static void on_alarm(int number) { (void)number; }

// Rings again and again, because it may ring while nothing waits.
static void set_alarm(int seconds) {
  struct itimerval timer = {.it_value.tv_sec = seconds, .it_interval.tv_usec = seconds ? 100000 : 0};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static unsigned long long signal_bits(const char *field) {
  char path[64], line[256];
  unsigned long long bits = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)victim);
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, field, strlen(field)) == 0) bits = strtoull(line + strlen(field) + 1, NULL, 16);
  if (status) fclose(status);
  return bits;
}

static int has_signal(unsigned long long bits, int number) { return bits >> (number - 1) & 1; }

static void start(const char *output, char **command) {
  victim = fork();
  if (victim < 0) give_up("fork: %s", strerror(errno));
  if (victim == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    int null = open("/dev/null", O_RDONLY), out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    close(null);
    close(out);
    execvp(command[0], command);
    _exit(127);
  }
}

static void wait_until_ready(void) {
  for (int round = 0; round < kReadySeconds * 200; ++round) {
    int status;
    if (waitpid(victim, &status, WNOHANG) == victim) give_up("the program ended before it was ready");
    if (has_signal(signal_bits("SigCgt:"), tell_signal)) return;
    usleep(5000);
  }
  give_up("the program was not ready in time");
}

// Waits until one traced thread stops; -1 if it is gone or the alarm rang.
static int wait_for(pid_t tid, int *status) {
  if (waitpid(tid, status, __WALL) != tid) return -1;
  return WIFSTOPPED(*status) ? 0 : -1;
}

static int is_known(pid_t tid) {
  for (int i = 0; i < thread_count; ++i)
    if (threads[i].tid == tid) return 1;
  return 0;
}

static int seize_new_threads(void) {
  char path[64];
  int first = thread_count;
  snprintf(path, sizeof path, "/proc/%d/task", (int)victim);
  DIR *folder = opendir(path);
  if (!folder) give_up("the program ended");
  for (struct dirent *entry; (entry = readdir(folder)) && thread_count < kMaxThreads;) {
    pid_t tid = atoi(entry->d_name);
    if (tid <= 0 || is_known(tid)) continue;
    if (ptrace(PTRACE_SEIZE, tid, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD) != 0) continue;
    ptrace(PTRACE_INTERRUPT, tid, 0, 0);
    threads[thread_count++].tid = tid;
  }
  closedir(folder);
  return thread_count - first;
}

// A thread that still runs may start another one, so threads are looked for until there is no new one.
static void stop_all(void) {
  set_alarm(kTellSeconds);
  for (int seized; (seized = seize_new_threads()) > 0;) {
    for (int i = thread_count - seized; i < thread_count; ++i) {
      int status;
      if (wait_for(threads[i].tid, &status) == 0 &&
          ptrace(PTRACE_GETREGS, threads[i].tid, 0, &threads[i].registers) == 0)
        continue;
      if (threads[i].tid == victim) give_up("the main thread did not stop");
      threads[i--] = threads[--thread_count];  // it ended meanwhile
    }
  }
  set_alarm(0);
}

static void print_threads(void) {
  for (int i = 0; i < thread_count; ++i) {
    const unsigned long long *values = (const unsigned long long *)&threads[i].registers;
    printf("thread %d", (int)threads[i].tid);
    for (size_t r = 0; r < sizeof threads[i].registers / sizeof *values; ++r) printf(" %llx", values[r]);
    printf("\n");
  }
}

static void let_through_only(pid_t tid, int number) {
  unsigned long long mask = ~(1ULL << (number - 1));
  ptrace(PTRACE_SETSIGMASK, tid, sizeof mask, &mask);
}

static int is_sigreturn_entry(pid_t tid) {
  struct user_regs_struct now;
  return ptrace(PTRACE_GETREGS, tid, 0, &now) == 0 && now.orig_rax == SYS_rt_sigreturn;
}

// Runs one thread, which has our signal pending, until its handler has returned: 0, or has crashed: by what.
static int run_handler(pid_t tid) {
  int inject = 0, returning = 0;
  for (;;) {
    int status;
    if (ptrace(PTRACE_SYSCALL, tid, 0, inject) != 0 || wait_for(tid, &status) != 0) return -1;
    int number = WSTOPSIG(status), is_signal = status >> 16 == 0;
    inject = 0;
    if (number == (SIGTRAP | 0x80)) {
      if (returning) return 0;
      returning = is_sigreturn_entry(tid);
    } else if (is_signal && number == tell_signal) {
      inject = tell_signal;
    } else if (is_signal && (number == SIGSEGV || number == SIGBUS)) {
      return number;
    }
  }
}

static void tell(unsigned which) {
  static char xstate[kXstateBytes];
  struct iovec vector = {xstate, sizeof xstate};
  struct thread *teller = &threads[which % thread_count];
  unsigned long long mask;
  if (ptrace(PTRACE_GETREGSET, teller->tid, kXstateNote, &vector) != 0 ||
      ptrace(PTRACE_GETSIGMASK, teller->tid, sizeof mask, &mask) != 0)
    give_up("registers of %d: %s", (int)teller->tid, strerror(errno));
  let_through_only(teller->tid, tell_signal);
  syscall(SYS_tgkill, victim, teller->tid, tell_signal);
  set_alarm(kTellSeconds);
  int crash = run_handler(teller->tid);
  set_alarm(0);
  if (crash < 0) give_up("the handler did not come back");
  if (ptrace(PTRACE_SETREGS, teller->tid, 0, &teller->registers) != 0 ||
      ptrace(PTRACE_SETREGSET, teller->tid, kXstateNote, &vector) != 0 ||
      ptrace(PTRACE_SETSIGMASK, teller->tid, sizeof mask, &mask) != 0)
    give_up("registers of %d cannot be put back: %s", (int)teller->tid, strerror(errno));
  printf("told %d %d\n", (int)teller->tid, crash);
}

static int choose_deadly_signal(unsigned which) {
  static const int candidates[] = {SIGABRT, SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGXCPU, SIGTRAP};
  enum { kCount = sizeof candidates / sizeof *candidates };
  unsigned long long kept = signal_bits("SigCgt:") | signal_bits("SigIgn:");
  for (unsigned i = 0; i < kCount; ++i) {
    int number = candidates[(which + i) % kCount];
    if (!has_signal(kept, number)) return number;
  }
  give_up("the program catches every signal that dumps core");
  return 0;
}

static void die(unsigned which) {
  int number = choose_deadly_signal(which), status;
  pid_t tid = threads[which % thread_count].tid;
  struct rlimit limit;
  prlimit(victim, RLIMIT_CORE, NULL, &limit);
  limit.rlim_cur = limit.rlim_max;
  prlimit(victim, RLIMIT_CORE, &limit, NULL);
  let_through_only(tid, number);
  syscall(SYS_tgkill, victim, tid, number);
  for (int inject = 0;; inject = WSTOPSIG(status) == number && status >> 16 == 0 ? number : 0) {
    if (ptrace(PTRACE_CONT, tid, 0, inject) != 0) break;
    if (inject) break;
    if (wait_for(tid, &status) != 0) give_up("the signal did not arrive");
  }
  while (waitpid(-1, &status, __WALL) != victim) continue;  // threads of it, and orphans of its making
  victim = 0;
  printf("died %d %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0, WIFSIGNALED(status) && WCOREDUMP(status));
}

static void stay(void) {
  kill(victim, SIGSTOP);
  for (int i = 0; i < thread_count; ++i) ptrace(PTRACE_DETACH, threads[i].tid, 0, 0);
  printf("stays\n");
}

static void obey(void) {
  char line[128];
  unsigned number = 0;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "stop %u", &number) == 1) {
      stop_all();
      print_threads();
      tell(number);
    } else if (sscanf(line, "die %u", &number) == 1) {
      die(number);
    } else if (strncmp(line, "stay", 4) == 0) {
      stay();
    }
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc < 5 || strcmp(argv[3], "--") != 0) {
    fprintf(stderr, "usage: stand_still SIGNAL OUTPUT -- COMMAND...\n");
    return 2;
  }
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  tell_signal = atoi(argv[1]);
  start(argv[2], argv + 4);
  wait_until_ready();
  printf("ready %d\n", (int)victim);
  fflush(stdout);
  obey();
  end_all();
  return 0;
}
