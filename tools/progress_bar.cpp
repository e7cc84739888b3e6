// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace pycore {
namespace {

constexpr std::size_t kWidth = 30;
constexpr auto kBetween = std::chrono::milliseconds(100);

}  // namespace

ProgressBar::ProgressBar(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), shown_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (shown_ && drawn_ != begin_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::step() {
    ++done_;
    const auto now = Clock::now();
    if (!shown_ || now - drawn_ < kBetween) return;
    drawn_ = now;
    draw();
}

void ProgressBar::draw() const {
    const std::size_t filled = total_ == 0 ? kWidth : kWidth * done_ / total_;
    const double seconds = std::chrono::duration<double>(drawn_ - begin_).count();
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
    fmt::print(stderr, "\r[{}] {} of {} {}, {:.0f} a second\x1b[K", bar, done_, total_, what_,
               static_cast<double>(done_) / seconds);
    std::fflush(stderr);
}

}  // namespace pycore
