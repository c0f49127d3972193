/// Preloaded by `tools/bench --slow-disk`: a sync takes 4 ms at least, as on a disk across a network, whatever is
/// below.
#include <dlfcn.h>

#include <chrono>
#include <thread>

namespace {

template <class Sync>
int slowly(const char* name, int file) {
  static const auto sync = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name));
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(4);
  const int outcome = sync(file);
  std::this_thread::sleep_until(until);
  return outcome;
}

}  // namespace

extern "C" {
int fsync(int file) { return slowly<int (*)(int)>("fsync", file); }
int fdatasync(int file) { return slowly<int (*)(int)>("fdatasync", file); }
}
