#include "plugins/runner/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <string>

#include "plugins/isolated/message.hpp"

namespace florin::runner {

namespace {

std::string failed(const char* call, int error) { return std::string(call) + ": " + std::strerror(error); }

/// 256 MiB of memory, no process, no file, no core.
std::string limit_resources() {
  struct Limit {
    __rlimit_resource_t what;
    const char* name;
    rlim_t most;
  };
  constexpr Limit limits[] = {
#ifndef FLORIN_UNCONTAINED
      {RLIMIT_AS, "setrlimit(RLIMIT_AS)", rlim_t{256} << 20},
#endif
      {RLIMIT_NPROC, "setrlimit(RLIMIT_NPROC)", 0},
      {RLIMIT_FSIZE, "setrlimit(RLIMIT_FSIZE)", 0},
      {RLIMIT_CORE, "setrlimit(RLIMIT_CORE)", 0},
      {RLIMIT_NOFILE, "setrlimit(RLIMIT_NOFILE)", 32}};
  for (const Limit& limit : limits) {
    const rlimit both{limit.most, limit.most};
    if (::setrlimit(limit.what, &both) != 0) return failed(limit.name, errno);
  }
  return {};
}

#ifndef FLORIN_UNCONTAINED

/// What a Landlock of this kernel can forbid of files. Source   landlock(7): versions 2, 3 and 5 added a right each
std::uint64_t rights_of(int version) {
  std::uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // version 1
  if (version >= 2) rights |= std::uint64_t{1} << 13;             // refer
  if (version >= 3) rights |= std::uint64_t{1} << 14;             // truncate
  if (version >= 5) rights |= std::uint64_t{1} << 15;             // ioctl of devices
  return rights;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Nothing of the file system but reading what is named.
std::string restrict_files(std::initializer_list<const char*> readable) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return failed("landlock_create_ruleset", version < 0 ? errno : ENOSYS);
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = rights_of(static_cast<int>(version));
  const Descriptor ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, std::uint32_t{0})));
  if (ruleset.get() < 0) return failed("landlock_create_ruleset", errno);
  for (const char* path : readable) {
    const Descriptor place(::open(path, O_PATH | O_CLOEXEC));
    if (place.get() < 0) continue;  // a folder of libraries that this system does not have
    const bool folder = ::faccessat(place.get(), ".", F_OK, 0) == 0;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    if (folder) rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    rule.parent_fd = place.get();
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, std::uint32_t{0}) != 0)
      return failed("landlock_add_rule", errno);
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), std::uint32_t{0}) != 0)
    return failed("landlock_restrict_self", errno);
  return {};
}

/// Says which call it was, and ends. It runs on whatever stack there is and calls nothing but the kernel.
[[noreturn]] void end_for(int call) {
  isolated::Frame frame;
  frame.bytes = sizeof frame;
  frame.word = isolated::Word::trapped;
  frame.detail = static_cast<std::uint64_t>(call);
  (void)!::write(isolated::socket_of_runner, &frame, sizeof frame);
  ::_exit(1);
}
void trapped(int, siginfo_t* about, void*) { end_for(about->si_syscall); }

/// Where the kernel has its clocks for who reads them without calling it. Set before anything of the plugin runs.
std::uintptr_t clocks_from = 0, clocks_to = 0;

/// The clock is read from there, or by rdtsc and rdtscp: each faults here, and is reported as the call in whose place
/// it stands. Whatever else faults does so once more when this returns, and ends the runner.
void faulted(int, siginfo_t* about, [[maybe_unused]] void* context) {
  const auto page = reinterpret_cast<std::uintptr_t>(about->si_addr);
  if (about->si_code != SI_KERNEL && page >= clocks_from && page < clocks_to) end_for(SCMP_SYS(clock_gettime));
#if defined(__x86_64__)
  if (about->si_code != SI_KERNEL) return;  // a page: what is at the instruction may be none
  const auto at = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  const auto* code = reinterpret_cast<const unsigned char*>(at);  // NOLINT(performance-no-int-to-ptr): it was run
  const bool reads_clock = code[0] == 0x0F && (code[1] == 0x31 || (code[1] == 0x01 && code[2] == 0xF9));
  if (reads_clock) end_for(SCMP_SYS(clock_gettime));
#endif
}

/// Puts pages that nobody may read in place of the kernel's clocks ([vvar] of /proc/self/maps). A kernel that seals
/// them keeps them.
void cover_clocks() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("[vvar") == std::string::npos) continue;
    std::uintptr_t from = 0, to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &from, &to) != 2) continue;
    void* const at = reinterpret_cast<void*>(from);  // NOLINT(performance-no-int-to-ptr): it is an address
    if (::mmap(at, to - from, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) continue;
    clocks_from = clocks_from == 0 ? from : std::min(clocks_from, from);
    clocks_to = std::max(clocks_to, to);
  }
}

/// A plugin that knows the time is not the function that it was a minute ago.
/// Source   docs/decisions/0356-a-plugin-knows-no-time.md
std::string hide_clock() {
  struct sigaction on_fault{};
  on_fault.sa_sigaction = faulted;
  on_fault.sa_flags = SA_SIGINFO | static_cast<int>(SA_RESETHAND);
  if (::sigaction(SIGSEGV, &on_fault, nullptr) != 0) return failed("sigaction", errno);
  cover_clocks();
#if defined(__x86_64__)
  if (::prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) != 0) return failed("prctl(PR_SET_TSC)", errno);
#endif
  return {};
}

/// A filter under construction: what is not allowed ends the runner with its name.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_TRAP)) {}
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  ~Filter() { seccomp_release(context_); }

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) add(call, {});
  }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> when) { add(call, when); }
  std::string load() {
    if (context_ == nullptr) return "seccomp_init: no memory";
    if (error_ == 0) error_ = seccomp_load(context_);
    return error_ == 0 ? std::string() : failed("seccomp", -error_);
  }

 private:
  void add(int call, std::initializer_list<scmp_arg_cmp> when) {
    if (context_ == nullptr || error_ != 0) return;
    error_ = seccomp_rule_add_array(context_, SCMP_ACT_ALLOW, call, static_cast<unsigned>(when.size()),
                                    when.size() == 0 ? nullptr : when.begin());
  }
  scmp_filter_ctx context_;
  int error_ = 0;
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// What both steps allow: memory, the end, and what a crash needs to be seen as one.
void allow_always(Filter& filter) {
  filter.allow({SCMP_SYS(futex), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
                SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(exit), SCMP_SYS(exit_group),
                SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(restart_syscall)});
  const auto self = static_cast<std::uint64_t>(::getpid());
  filter.allow_if(SCMP_SYS(tgkill), {is(0, self)});           // abort()
  filter.allow_if(SCMP_SYS(writev), {is(0, STDERR_FILENO)});  // what libc says before it: to /dev/null
  filter.allow_if(SCMP_SYS(write), {is(0, isolated::socket_of_runner)});
}

#endif

}  // namespace

std::string contain_loading(const std::string& plugin) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);  // the host ends a runner
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("prctl(PR_SET_NO_NEW_PRIVS)", errno);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("prctl(PR_SET_DUMPABLE)", errno);
  if (auto why = limit_resources(); !why.empty()) return why;
#ifndef FLORIN_UNCONTAINED
  struct sigaction on_trap{};
  on_trap.sa_sigaction = trapped;
  on_trap.sa_flags = SA_SIGINFO;
  if (::sigaction(SIGSYS, &on_trap, nullptr) != 0) return failed("sigaction", errno);
  if (auto why = hide_clock(); !why.empty()) return why;
  if (auto why = restrict_files({"/usr/lib", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", plugin.c_str()});
      !why.empty())
    return why;
  Filter filter;
  allow_always(filter);
  filter.allow({SCMP_SYS(read),
                SCMP_SYS(pread64),
                SCMP_SYS(close),
                SCMP_SYS(fstat),
                SCMP_SYS(newfstatat),
                SCMP_SYS(lseek),
                SCMP_SYS(mmap),
                SCMP_SYS(mprotect),
                SCMP_SYS(access),
                SCMP_SYS(faccessat),
                SCMP_SYS(faccessat2),
                SCMP_SYS(readlink),
                SCMP_SYS(readlinkat),
                SCMP_SYS(getcwd),
                SCMP_SYS(prctl),
                SCMP_SYS(seccomp),
                SCMP_SYS(landlock_create_ruleset),
                SCMP_SYS(landlock_add_rule),
                SCMP_SYS(landlock_restrict_self),
                SCMP_SYS(getrandom),
                SCMP_SYS(uname),
                SCMP_SYS(stat)});
  constexpr std::uint64_t writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
  filter.allow_if(SCMP_SYS(openat), {masked(2, writes, 0)});
  return filter.load();
#else
  (void)plugin;
  return {};
#endif
}

std::string contain_calls() {
#ifndef FLORIN_UNCONTAINED
  if (auto why = restrict_files({}); !why.empty()) return why;
  Filter filter;
  allow_always(filter);
  filter.allow_if(SCMP_SYS(read), {is(0, isolated::socket_of_runner)});
  filter.allow_if(SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS)});
  filter.allow_if(SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)});
  return filter.load();
#else
  return {};
#endif
}

}  // namespace florin::runner
