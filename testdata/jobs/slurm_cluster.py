# SPDX-License-Identifier: Apache-2.0
"""A real Slurm on this machine: slurmctld and two slurmd (nodes n1 and n2) on loopback, without systemd.

    python3 testdata/jobs/slurm_cluster.py start FOLDER   # prints the line to `eval`: export SLURM_CONF=...
    python3 testdata/jobs/slurm_cluster.py stop FOLDER

    with slurm_cluster.Cluster(folder) as cluster:        # the same from Python
        cluster.run("sbatch", "job.sh")

Needs root and Debian's slurm-wlm and munge; why_not() says what is missing. Everything lies in FOLDER (which
munged wants to be reachable for others: 0711), nothing listens but on 127.0.0.1.
"""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

PROGRAMS = ("slurmctld", "slurmd", "munged", "srun", "sbatch", "scancel", "scontrol", "sinfo", "squeue", "runuser")
CPUS_CLAIMED = 4        # of each node, however few there are
START_SECONDS = 30

CONFIGURATION = """
ClusterName=pycore{ports}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
MailProg=/bin/true
KillWait=5
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs={cpus} State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def why_not():
    """A sentence that says why there can be no Slurm here; "" if there can."""
    if os.geteuid() != 0:
        return "starting a Slurm needs root"
    missing = [name for name in PROGRAMS if not find(name)]
    if missing:
        return "%s not installed (apt-get install slurm-wlm munge)" % ", ".join(missing)
    try:
        pwd.getpwnam("munge")
    except KeyError:
        return "there is no user 'munge' (apt-get install munge)"
    return ""


def find(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin")


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.configuration = self.folder / "slurm.conf"
        self.environment = dict(os.environ, SLURM_CONF=str(self.configuration))
        for name in [name for name in self.environment if name.startswith("SLURM") and name != "SLURM_CONF"]:
            del self.environment[name]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for parent in [self.folder, *self.folder.parents]:
            if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o011 != 0o011:
                parent.chmod(parent.stat().st_mode | 0o011)
        (self.folder / "state").mkdir(exist_ok=True)
        self.write_configuration()
        self.start_munge()
        self.start_daemon("slurmctld", "-f", str(self.configuration))
        for node in ("n1", "n2"):
            self.start_daemon("slurmd", "-f", str(self.configuration), "-N", node)
        wait_until(lambda: self.run("sinfo", "-h", "-N", "-o", "%T").stdout.split() == ["idle", "idle"],
                   "two idle nodes; the logs are in %s" % self.folder)

    def write_configuration(self):
        controller, first, second = free_ports(3)
        self.configuration.write_text(CONFIGURATION.format(
            folder=self.folder, host=socket.gethostname().split(".")[0], controller=controller, first=first,
            second=second, ports=controller, cpus=CPUS_CLAIMED))
        self.configuration.chmod(0o644)

    def start_munge(self):
        folder = self.folder / "munge"
        folder.mkdir(exist_ok=True)
        key = folder / "key"
        if not key.exists():
            key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        user = pwd.getpwnam("munge")
        for path in (folder, key):
            os.chown(path, user.pw_uid, user.pw_gid)
        folder.chmod(0o711)
        subprocess.run([find("runuser"), "-u", "munge", "--", find("munged"), "--key-file", key, "--socket",
                        folder / "socket", "--pid-file", folder / "munged.pid", "--log-file", folder / "munged.log",
                        "--seed-file", folder / "seed"], check=True, stdin=subprocess.DEVNULL, cwd="/")

    def start_daemon(self, name, *arguments):
        subprocess.run([find(name), *arguments], check=True, env=self.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def run(self, *command, **options):
        """A client command of this Slurm."""
        options.setdefault("env", self.environment)
        options.setdefault("timeout", 120)
        return subprocess.run([find(command[0]) or command[0], *map(str, command[1:])], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **options)

    def submit(self, script, *options, folder=None):
        """The id of the job that the text of a batch script becomes; submitted in `folder`."""
        path = self.folder / ("job-%d.sh" % time.monotonic_ns())
        path.write_text(script)
        done = self.run("sbatch", "--parsable", *options, path, cwd=folder or self.folder)
        if done.returncode:
            raise RuntimeError("sbatch: " + done.stderr.strip())
        return done.stdout.strip().split(";")[0]

    def cancel(self, job):
        self.run("scancel", "--full", "--signal=KILL", job)
        self.run("scancel", job)
        wait_until(lambda: not self.run("squeue", "-h", "-j", job, "-o", "%T").stdout.strip(), "the end of job " + job)

    def stop(self):
        if self.configuration.exists() and alive(read_pid(self.folder / "slurmctld.pid")):
            jobs = self.run("squeue", "-h", "-o", "%A").stdout.split()
            for job in jobs:
                self.run("scancel", "--full", "--signal=KILL", job)
                self.run("scancel", job)
            try:
                wait_until(lambda: not self.run("squeue", "-h").stdout.strip(), "an empty queue")
            except RuntimeError as late:
                print("slurm_cluster: %s" % late, file=sys.stderr)
        for name in ("slurmd-n1.pid", "slurmd-n2.pid", "slurmctld.pid", "munge/munged.pid"):
            end(read_pid(self.folder / name))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def read_pid(path):
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def alive(pid):
    """A daemon that ended stays a zombie where the first process reaps late: its state tells, not its id."""
    try:
        return pid > 0 and pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def end(pid):
    for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        if not alive(pid):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def wait_until(condition, what, seconds=START_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("waited %d seconds for %s" % (seconds, what))
        time.sleep(0.1)


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("start", "stop"):
        print(__doc__)
        return 2
    cluster = Cluster(arguments[1])
    if arguments[0] == "stop":
        cluster.stop()
        return 0
    if why_not():
        print("slurm_cluster: " + why_not(), file=sys.stderr)
        return 1
    cluster.start()
    print("export SLURM_CONF=%s" % cluster.configuration)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
