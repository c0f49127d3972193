#include "engine/tenant_queues.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace florin::engine {
namespace {

std::vector<Job> jobs_of(const char* tenant, int first, int count) {
  std::vector<Job> jobs;
  for (int i = 0; i < count; ++i) {
    Job job{};
    job.tenant = TenantId::trusted(tenant);
    job.key = std::to_string(first + i);
    job.command = Use{};
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::vector<std::string> keys_of(const std::vector<Job>& jobs) {
  std::vector<std::string> keys;
  for (const Job& job : jobs) keys.push_back(job.tenant.text() + job.key);
  return keys;
}

using Keys = std::vector<std::string>;

TEST(TenantQueues, AnImportHoldsUpADebitByOneShare) {
  TenantQueues queues(1'000, 3);
  auto import = jobs_of("a", 0, 8);
  auto debit = jobs_of("b", 0, 1);
  ASSERT_TRUE(queues.add(import));
  ASSERT_TRUE(queues.add(debit));
  EXPECT_EQ(keys_of(queues.turn(100)), (Keys{"a0", "a1", "a2", "b0"}));
  auto second = jobs_of("b", 1, 1);
  ASSERT_TRUE(queues.add(second));
  EXPECT_EQ(keys_of(queues.turn(100)), (Keys{"a3", "a4", "a5", "b1"}));
  EXPECT_EQ(keys_of(queues.turn(100)), (Keys{"a6", "a7"}));
  EXPECT_TRUE(queues.empty());
  EXPECT_TRUE(queues.turn(100).empty());
}

TEST(TenantQueues, AShareIsTimeAndNoNumberOfCommands) {
  TenantQueues queues(1'000, 64);
  auto import = jobs_of("a", 0, 100);
  for (Job& job : import) job.command = ImportAccount{};
  auto others = jobs_of("b", 0, 100);
  for (Job& job : others) job.command = Cancel{};
  auto debits = jobs_of("c", 0, 100);
  ASSERT_TRUE(queues.add(import) && queues.add(others) && queues.add(debits));
  const std::vector<Job> turn = queues.turn(1'000);
  const auto of = [&](const char* tenant) { return std::ranges::count(turn, TenantId::trusted(tenant), &Job::tenant); };
  EXPECT_EQ(of("a"), 4) << "64 debits are about as long as 4 imports";
  EXPECT_EQ(of("b"), 8);
  EXPECT_EQ(of("c"), 64);
}

TEST(TenantQueues, ATurnThatIsFullGoesOnWhereItStopped) {
  TenantQueues queues(1'000, 2);
  for (const char* tenant : {"a", "b", "c"}) {
    auto some = jobs_of(tenant, 0, 3);
    ASSERT_TRUE(queues.add(some));
  }
  EXPECT_EQ(keys_of(queues.turn(4)), (Keys{"a0", "a1", "b0", "b1"}));
  EXPECT_EQ(keys_of(queues.turn(4)), (Keys{"c0", "c1", "a2", "b2"}));
  EXPECT_EQ(keys_of(queues.turn(4)), (Keys{"c2"}));
}

TEST(TenantQueues, AFullQueueIsRefusedWholeAndNobodyElses) {
  TenantQueues queues(4, 100);
  auto first = jobs_of("a", 0, 3);
  ASSERT_TRUE(queues.add(first));
  auto two_more = jobs_of("a", 3, 2);
  EXPECT_FALSE(queues.add(two_more));
  EXPECT_EQ(two_more.size(), 2U) << "who is refused still has them, to answer";
  auto both = jobs_of("a", 5, 2);
  auto others = jobs_of("b", 0, 1);
  std::ranges::move(others, std::back_inserter(both));
  EXPECT_FALSE(queues.add(both)) << "all or none";
  auto one_more = jobs_of("a", 3, 1);
  EXPECT_TRUE(queues.add(one_more));
  auto of_b = jobs_of("b", 9, 4);
  EXPECT_TRUE(queues.add(of_b));
  queues.add_always(std::move(jobs_of("a", 4, 1).front()));
  EXPECT_EQ(keys_of(queues.turn(100)), (Keys{"a0", "a1", "a2", "a3", "a4", "b9", "b10", "b11", "b12"}));
  auto again = jobs_of("a", 0, 4);
  EXPECT_TRUE(queues.add(again)) << "it is empty again";
}

TEST(TenantQueues, ABatchOfManyTenantsKeepsTheOrderOfEach) {
  TenantQueues queues(100, 100);
  std::vector<Job> mixed;
  for (int i = 0; i < 6; ++i) mixed.push_back(std::move(jobs_of(i % 2 == 0 ? "a" : "b", i, 1).front()));
  ASSERT_TRUE(queues.add(mixed));
  EXPECT_EQ(keys_of(queues.turn(100)), (Keys{"a0", "a2", "a4", "b1", "b3", "b5"}));
}

}  // namespace
}  // namespace florin::engine
