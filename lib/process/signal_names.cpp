// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "process/signal_names.h"

#include <array>
#include <csignal>
#include <string_view>

namespace pycore {
namespace {

// x86-64 Linux, from 1 (asm/signal.h).
constexpr std::array<std::string_view, 31> kSignals = {
    "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",  "SIGFPE",
    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
    "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",  "SIGXCPU",
    "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
};

struct CodeName {
    int signal;  // 0: of every signal
    int code;
    std::string_view name;
};

constexpr CodeName kCodes[] = {
    {0, 0, "SI_USER"},           {0, 0x80, "SI_KERNEL"},      {0, -1, "SI_QUEUE"},         {0, -2, "SI_TIMER"},
    {0, -3, "SI_MESGQ"},         {0, -4, "SI_ASYNCIO"},       {0, -5, "SI_SIGIO"},         {0, -6, "SI_TKILL"},
    {SIGSEGV, 1, "SEGV_MAPERR"}, {SIGSEGV, 2, "SEGV_ACCERR"}, {SIGSEGV, 3, "SEGV_BNDERR"}, {SIGSEGV, 4, "SEGV_PKUERR"},
    {SIGBUS, 1, "BUS_ADRALN"},   {SIGBUS, 2, "BUS_ADRERR"},   {SIGBUS, 3, "BUS_OBJERR"},   {SIGBUS, 4, "BUS_MCEERR_AR"},
    {SIGFPE, 1, "FPE_INTDIV"},   {SIGFPE, 2, "FPE_INTOVF"},   {SIGFPE, 3, "FPE_FLTDIV"},   {SIGFPE, 4, "FPE_FLTOVF"},
    {SIGFPE, 5, "FPE_FLTUND"},   {SIGFPE, 6, "FPE_FLTRES"},   {SIGFPE, 7, "FPE_FLTINV"},   {SIGFPE, 8, "FPE_FLTSUB"},
    {SIGILL, 1, "ILL_ILLOPC"},   {SIGILL, 2, "ILL_ILLOPN"},   {SIGILL, 3, "ILL_ILLADR"},   {SIGILL, 4, "ILL_ILLTRP"},
    {SIGILL, 5, "ILL_PRVOPC"},   {SIGTRAP, 1, "TRAP_BRKPT"},  {SIGTRAP, 2, "TRAP_TRACE"},  {SIGSYS, 1, "SYS_SECCOMP"},
};

}  // namespace

std::string signal_name(int number) {
    if (number >= 1 && static_cast<std::size_t>(number) <= kSignals.size()) {
        return std::string(kSignals[static_cast<std::size_t>(number) - 1]);
    }
    return "signal " + std::to_string(number);
}

std::optional<std::string> signal_code_name(int number, int code) {
    for (const CodeName& row : kCodes) {
        if (row.code == code && (row.signal == 0 || row.signal == number)) return std::string(row.name);
    }
    return std::nullopt;
}

}  // namespace pycore
