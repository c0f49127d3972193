// A machine that gives no more threads: a host that does not start and says why, or one that serves.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <filesystem>

#include "florin/host.hpp"
#include "florin/ops.hpp"

namespace {

/// Threads of this process that may still begin; below zero: all.
std::atomic<long> left = -1;
std::atomic<bool> failed = false;

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                              void* with) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (left == 0) {
    failed = true;
    return EAGAIN;
  }
  if (left > 0) --left;
  return create(thread, attributes, run, with);
}

namespace florin {
namespace {

TEST(NoThreads, AHostThatCannotStartSaysSoAndLosesNothing) {
  std::string folder = (std::filesystem::temp_directory_path() / "florin-no-threads-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const TenantId tenant = *TenantId::parse("callloop");
  const AccountId account = *AccountId::parse("acme");
  const HostOptions options{.config = FLORIN_CONFIG "/florin.yaml", .data = folder, .virtual_from = std::nullopt};
  const auto ask = [&](Host& host, const std::string& key, const std::string& command) {
    return host.submit_json(tenant, account, {"service", ""}, key, command);
  };
  {
    auto host = Host::open(options);
    ASSERT_TRUE(host) << host.error().message;
    for (const auto& [key, command] : {std::pair{"open", R"({"open_account": {"billing_country": "US"}})"},
                                       std::pair{"trial", R"({"start_trial": {}})"}}) {
      const auto done = ask(*host, key, command);
      ASSERT_TRUE(done && !done->refusal);
    }
  }
  int refused = 0;
  for (long nth = 0;; ++nth) {
    ASSERT_LT(nth, 100) << "it never starts";
    left = nth;
    failed = false;
    auto host = Host::open(options);
    left = -1;
    if (!host) {
      EXPECT_TRUE(failed) << host.error().message;
      EXPECT_EQ(host.error().code, "no_threads") << host.error().message;
      ++refused;
      continue;
    }
    // What began without one of its threads has to do everything all the same.
    const auto said =
        ask(*host, "use-" + std::to_string(nth), R"({"use": {"meter": "sms", "quantity": "100 characters"}})");
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_FALSE(said->refusal);
    if (!failed) break;
  }
  EXPECT_GE(refused, 3) << "one thread decides, one writes, one sends";
  const auto verified = verify(folder);
  ASSERT_TRUE(verified) << verified.error().message;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace florin
