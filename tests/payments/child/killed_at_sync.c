/* Loaded before the system's library into a process that is to be killed between two writes of its journal: at the n-th
 * time that it makes something durable, just before (odd n) or just after (even n). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

static int at = 0;
static int count = 0;

/* From now on; 0: never. */
void kill_at_sync(int n) {
  count = 0;
  at = n;
}

static int synced(const char* name, int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const int here = at > 0 && ++count == at;
  if (here && at % 2 == 1) raise(SIGKILL);
  const int done = real(file);
  if (here) raise(SIGKILL);
  return done;
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }
