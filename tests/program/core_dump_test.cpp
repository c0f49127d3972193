/// A host that dies leaves no image of its memory, in which personal data and secrets lie.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

class CoreDump : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  /// Runs `child` in the folder, with room for a core dump and what it prints in `said`; how it ended, once it has
  /// printed `wanted` and was then told to crash.
  template <class Child>
  int crashed(const std::string& wanted, Child child) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
      if (::chdir(folder.c_str()) != 0 || ::setrlimit(RLIMIT_CORE, &all) != 0) ::_exit(9);
      for (const int to : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(ends[1], to);
      child();
      ::_exit(9);
    }
    ::close(ends[1]);
    std::array<char, 512> some{};
    for (ssize_t got = 1; got > 0 && said.find(wanted) == std::string::npos;) {
      got = ::read(ends[0], some.data(), some.size());
      if (got > 0) said.append(some.data(), static_cast<std::size_t>(got));
    }
    ::kill(pid, SIGSEGV);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::close(ends[0]);
    return status;
  }

  const fs::path folder = fs::temp_directory_path() / ("florin-core-" + std::to_string(::getpid()));
  std::string said;
};

TEST_F(CoreDump, OfAHostIsNotWritten) {
  const int other = crashed("ready", [] {
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    (void)!::write(STDOUT_FILENO, "ready", 5);
    ::pause();
  });
  if (!WIFSIGNALED(other) || !WCOREDUMP(other)) GTEST_SKIP() << "this machine writes no core dump of anything";
  said.clear();
  const int status = crashed("Admin ", [&] {
    ::execl(FLORIN_PROGRAM, "florin", "serve", "--config", FLORIN_CONFIG "/florin.yaml", "--data",
            (folder / "data").c_str(), "--listen", "127.0.0.1:0", static_cast<char*>(nullptr));
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << said;
  EXPECT_EQ(WTERMSIG(status), SIGSEGV) << said;
  EXPECT_FALSE(WCOREDUMP(status));
}

}  // namespace
