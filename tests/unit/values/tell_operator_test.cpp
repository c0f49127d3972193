#include "florin/tell_operator.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

namespace florin {
namespace {

/// A pipe in place of standard error, in a process of its own that does `what` with it.
template <class What>
int in_a_process(What what) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0 || ::dup2(ends[1], STDERR_FILENO) < 0) ::_exit(100);
    ::alarm(20);  // who waits is ended by it
    ::_exit(what(ends[0]));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// All that is in the pipe.
std::string read_all(int end) {
  std::string all(1U << 20U, '\0');
  const ssize_t size = ::read(end, all.data(), all.size());
  all.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return all;
}

TEST(TellOperator, NeverWaitsAndSaysHowMuchWasLeftOut) {
  const int status = in_a_process([](int end) {
    const std::string line(1000, 'x');
    for (int i = 0; i < 200; ++i) tell_operator(line);  // three times what a pipe takes
    const std::string first = read_all(end);
    if (!first.starts_with("florin: xxx") || !first.ends_with("x\n")) return 1;  // whole lines only
    const auto lost = 200 - first.size() / (line.size() + sizeof("florin: "));
    tell_operator("it is over");
    const std::string expected = "florin: it is over\nflorin: " + std::to_string(lost) +
                                 " lines before this one were left out: nobody read them\n";
    if (read_all(end) != expected) return 2;
    tell_operator("and on");
    return read_all(end) == "florin: and on\n" ? 0 : 3;
  });
  ASSERT_TRUE(WIFEXITED(status)) << "it waited";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(TellOperator, ShowsControlCharactersAndCutsBetweenLetters) {
  const int status = in_a_process([](int end) {
    tell_operator("a\x1b[31mred\nflorin: forged");
    if (const std::string said = read_all(end); said.find('\x1b') != said.npos || said.find('\n') + 1 != said.size())
      return 1;
    std::string long_line;
    while (long_line.size() < 9000) long_line += "é";
    tell_operator(long_line);
    const std::string said = read_all(end);
    return said.size() < 4096 && said.ends_with("é…\n") ? 0 : 2;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace florin
