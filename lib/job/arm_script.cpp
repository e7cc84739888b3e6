// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "job/arm_script.h"

#include <fmt/format.h>

#include "job/slurm_job.h"

namespace pycore {

// Only the batch shell gets the signal (B:), as it would kill a Python that expects none. bash runs a trap between
// commands only, so that what takes long has to be in the background; a `wait` that a trap ended tells nothing of
// the command. Written for POSIX shells.
std::string arm_script(std::chrono::seconds before, const std::string& program) {
    constexpr const char* kScript = R"sh(#SBATCH --signal=B:USR1@{0}
pycore_freeze() {{
    trap '' USR1
    pycore_frozen=1
    {1} job freeze "$SLURM_JOB_ID" -o "${{SLURM_SUBMIT_DIR:-.}}/freeze-$SLURM_JOB_ID"
}}
pycore_wait() {{
    while :; do
        pycore_frozen=
        wait "$1"
        pycore_status=$?
        [ "$pycore_frozen" ] || return "$pycore_status"
    done
}}
trap pycore_freeze USR1
# Start what the job is for in the background, and wait for it like this:
#     srun python train.py &
#     pycore_wait $!
)sh";
    return fmt::format(kScript, before.count(), quote_command({program}));
}

}  // namespace pycore
