// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// A child process does what may hang or die while another process is stopped; the parent looks at its clock.
// If the stop takes far too long, the child is killed: the kernel lets what it traced run on.

#include <chrono>
#include <functional>
#include <optional>

namespace pycore {

constexpr auto kWatchdogGrace = std::chrono::milliseconds(250);  // beyond the longest pause that was asked for

// To be called with true when the stop begins and with false when it is over.
using StopSignal = std::function<void(bool stopped)>;

// Runs `work` in a child and returns its exit status; nullopt: it was killed, because a stop took longer than
// `limit`, or it died of a signal. Call it before any thread is started.
std::optional<int> run_watched(std::chrono::nanoseconds limit, const std::function<int(const StopSignal&)>& work);

}  // namespace pycore
