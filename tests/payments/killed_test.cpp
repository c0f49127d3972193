/// The host is killed while a request of it is on its way, at each of them, and started again.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "every_flow.hpp"

namespace florin::test {
namespace {

/// Runs the flow in a process of its own, from `from`; true: it came to its end, false: it was killed.
bool child(const Flow& flow, const StandIn& provider, const std::filesystem::path& data, Instant from, int at,
           const std::string& kind) {
  const int pid = ::fork();
  if (pid == 0) {
    if (kind == "sync") ::setenv("LD_PRELOAD", FLORIN_KILLED_AT_SYNC, 1);
    ::execl(FLORIN_CHILD, "payments_child", flow.name.c_str(), provider.host().c_str(), data.c_str(),
            from.text().c_str(), std::to_string(at).c_str(), kind.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << "the child failed";
  return !WIFSIGNALED(status);
}

class Killed : public testing::TestWithParam<std::string> {};

TEST_P(Killed, LeavesBothBooksTheSame) {
  const Flow& flow = test::flow(GetParam());
  const StandIn provider(flow.provider);
  std::size_t points = 0, killed = 0;
  for (const char* kind : {"kill_before", "kill_after", "kill_answered"})
    for (int at = 1; at <= 12; ++at) {
      provider.anew(flows_begin);
      const scenario::TemporaryFolder data;
      const bool ended = child(flow, provider, data.path(), flows_begin, at, kind);
      // Beyond the last request of the flow nothing is killed, and nobody may be later.
      provider.fault(0, "");
      if (!ended) {
        ++killed;
        EXPECT_TRUE(child(flow, provider, data.path(), flows_begin, 0, ""));
      }
      ++points;
      Paying host(provider, flows_begin + hours(24 * 40), data.path());
      host.to(host.now() + flows_last);
      EXPECT_EQ(host.discrepancies(), "") << "request " << at << ", " << kind;
      if (ended) break;
    }
  std::printf("%s: %zu kills in %zu runs\n", flow.name.c_str(), killed, points);
}
/// Between two writes of the journal, at each of them: what was decided is there and was not acted upon, or the other
/// way.
TEST_P(Killed, BetweenTwoWritesLeavesBothBooksTheSame) {
  const Flow& flow = test::flow(GetParam());
  const StandIn provider(flow.provider);
  std::size_t killed = 0;
  for (int at = 1; at <= 60; ++at) {
    provider.anew(flows_begin);
    const scenario::TemporaryFolder data;
    const bool ended = child(flow, provider, data.path(), flows_begin, at, "sync");
    if (ended) break;
    ++killed;
    EXPECT_TRUE(child(flow, provider, data.path(), flows_begin, 0, ""));
    Paying host(provider, flows_begin + hours(24 * 40), data.path());
    host.to(host.now() + flows_last);
    EXPECT_EQ(host.discrepancies(), "") << "write " << at;
  }
  EXPECT_GT(killed, 0U);
  std::printf("%s: %zu kills between writes\n", flow.name.c_str(), killed);
}
INSTANTIATE_TEST_SUITE_P(Flow, Killed, testing::ValuesIn(names_of_flows()), as_test_name);

}  // namespace
}  // namespace florin::test
