/* Loaded before the system's library into a process that is to be killed between two writes of its journal: at the n-th
 * time that it makes something durable, just before (odd n) or just after (even n). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

static int at = 0;
static int count = 0;

/* From now on; 0: never. */
SEEN void kill_at_sync(int n);
SEEN void kill_at_sync(int n) {
  count = 0;
  at = n;
}

static int synced(const char* name, int file) {
  int (*real)(int) = NULL;
  *(void**)&real = dlsym(RTLD_NEXT, name); /* as POSIX writes it: ISO C has no such conversion */
  const int here = at > 0 && ++count == at;
  if (here && at % 2 == 1) raise(SIGKILL);
  const int done = real(file);
  if (here) raise(SIGKILL);
  return done;
}

SEEN int fsync(int file) { return synced("fsync", file); }
SEEN int fdatasync(int file) { return synced("fdatasync", file); }
