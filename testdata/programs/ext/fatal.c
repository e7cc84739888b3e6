// SPDX-License-Identifier: Apache-2.0
// Ways to call Py_FatalError() that make its text hard to tell: two texts with one call, one that is made up as the
// program runs, one that is passed on, values in it. What Python says of it on stderr is the truth.
#include <stdio.h>

#define NOINLINE __attribute__((noinline))

void _Py_FatalErrorFunc(const char *function, const char *text) __attribute__((noreturn));
void _Py_FatalErrorFormat(const char *function, const char *format, ...) __attribute__((noreturn));
void Py_FatalError(const char *text) __attribute__((noreturn));

void fatal_plain(void) { _Py_FatalErrorFunc(__func__, "the plan is plain"); }

void fatal_old(void) { Py_FatalError("without a function"); }

NOINLINE static void choose(int which) {
  if (which == 1) _Py_FatalErrorFunc("choose", "the first of three");
  if (which == 2) _Py_FatalErrorFunc("choose", "the second of three");
  if (which == 3) _Py_FatalErrorFunc("choose", "the third of three");
}
void fatal_first(void) { choose(1); }
void fatal_second(void) { choose(2); }
void fatal_third(void) { choose(3); }

NOINLINE static void select_text(int which) {
  _Py_FatalErrorFunc("select_text", which ? "it was set" : "it was not set");
}
void fatal_set(void) { select_text(1); }
void fatal_unset(void) { select_text(0); }

NOINLINE static void switched(int which) {
  const char *text = "none of them";
  switch (which) {
    case 1: text = "case one"; break;
    case 2: text = "case two"; break;
    case 3: text = "case three"; break;
    case 4: text = "case four"; break;
    case 5: text = "case five"; break;
  }
  if (which > 1) puts("");
  _Py_FatalErrorFunc("switched", text);
}
void fatal_case_one(void) { switched(1); }
void fatal_case_two(void) { switched(2); }
void fatal_case_five(void) { switched(5); }
void fatal_case_none(void) { switched(6); }

NOINLINE static void pass_on(const char *text) { _Py_FatalErrorFunc("pass_on", text); }
void fatal_passed(void) { pass_on("passed on"); }
void fatal_passed_too(void) { pass_on("passed on, too"); }

NOINLINE static void made(int number) {
  char text[64];
  snprintf(text, sizeof(text), "number %d", number);
  _Py_FatalErrorFunc("made", text);
}
void fatal_made(void) { made(5); }

NOINLINE static void formatted(const char *name, int number) {
  _Py_FatalErrorFormat("formatted", "%s has %d of 100%% left", name, number);
}
void fatal_formatted(void) { formatted("it", 7); }

NOINLINE static void retried(int number) {
  const char *text = "at the first try";
  for (int i = 0; i < number; ++i) {
    puts("");
    text = i % 2 ? "after an odd try" : "after an even try";
  }
  _Py_FatalErrorFunc("retried", text);
}
void fatal_retried(void) { retried(2); }
void fatal_not_retried(void) { retried(0); }
