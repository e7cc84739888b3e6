// SPDX-License-Identifier: Apache-2.0
// Starts a command inside an unpacked system: own mount namespace, pivot_root into ROOT, and
// chosen folders of this machine bound under their own names. A core of the command then looks as
// if it came from another machine. Needs root or unprivileged user namespaces.
//
//     enter_root ROOT --bind /home/me/work -- /usr/bin/python3.13 -V
//     enter_root ROOT --bind /tmp/x:/job --cwd /job -- /usr/bin/python3.13 -V
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "enter_root: %s: %s\n", what, strerror(errno));
  exit(125);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
  close(fd);
}

static void map_ids(unsigned uid, unsigned gid) {
  char line[64];
  write_file("/proc/self/setgroups", "deny");
  snprintf(line, sizeof line, "0 %u 1", uid);
  write_file("/proc/self/uid_map", line);
  snprintf(line, sizeof line, "0 %u 1", gid);
  write_file("/proc/self/gid_map", line);
}

static void enter_namespaces(void) {
  unsigned uid = getuid(), gid = getgid();
  if (geteuid() == 0) {
    if (unshare(CLONE_NEWNS) != 0) fail("unshare(CLONE_NEWNS)");
  } else {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) fail("unshare(CLONE_NEWUSER | CLONE_NEWNS)");
    map_ids(uid, gid);
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("mount --make-rprivate /");
}

static void make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0755);
    *slash = '/';
  }
  mkdir(path, 0755);
}

// `what` is FOLDER or FOLDER:NAME, the name it shall have inside.
static void bind_folder(const char *root, const char *what) {
  char folder[PATH_MAX], target[PATH_MAX];
  const char *colon = strchr(what, ':');
  const char *inside = colon ? colon + 1 : what;
  snprintf(folder, sizeof folder, "%.*s", (int)strcspn(what, ":"), what);
  if (inside[0] != '/' || inside[1] == '\0') return;  // all of this machine is not to be bound
  snprintf(target, sizeof target, "%s%s", root, inside);
  make_folders(target);
  if (mount(folder, target, NULL, MS_BIND | MS_REC, NULL) != 0) fail(target);
}

static void change_root(const char *root, const char *cwd) {
  if (chdir(root) != 0) fail(root);
  if (syscall(SYS_pivot_root, ".", ".") != 0) fail("pivot_root");
  if (umount2(".", MNT_DETACH) != 0) fail("umount of the old root");
  if (chdir(cwd) != 0 && chdir("/") != 0) fail(cwd);
}

int main(int argc, char **argv) {
  char cwd[PATH_MAX];
  if (argc < 4) {
    fprintf(stderr, "usage: enter_root ROOT [--bind FOLDER[:NAME]]... [--cwd FOLDER] -- COMMAND...\n");
    return 2;
  }
  if (!getcwd(cwd, sizeof cwd)) fail("getcwd");
  enter_namespaces();
  const char *root = argv[1];
  if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) != 0) fail(root);
  bind_folder(root, "/proc");
  bind_folder(root, "/dev");
  int next = 2;
  for (; next + 1 < argc && strcmp(argv[next], "--") != 0; next += 2) {
    if (strcmp(argv[next], "--bind") == 0) bind_folder(root, argv[next + 1]);
    if (strcmp(argv[next], "--cwd") == 0) snprintf(cwd, sizeof cwd, "%s", argv[next + 1]);
  }
  if (next >= argc || strcmp(argv[next], "--") != 0) return 2;
  change_root(root, cwd);
  execvp(argv[next + 1], argv + next + 1);
  fail(argv[next + 1]);
}
