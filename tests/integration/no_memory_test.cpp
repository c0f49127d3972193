// Memory that runs out in the thread that asks: an answer, and a host that goes on.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "florin/host.hpp"
#include "florin/ops.hpp"

namespace {

/// Allocations of this thread that still succeed; below zero: all do.
thread_local long left = -1;
thread_local bool failed = false;

void* allocate(std::size_t size) {
  if (left == 0) {
    failed = true;
    throw std::bad_alloc();
  }
  if (left > 0) --left;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace florin {
namespace {

class NoMemory : public testing::Test {
 protected:
  NoMemory() {
    folder_ = (std::filesystem::temp_directory_path() / "florin-no-memory-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder_, .virtual_from = std::nullopt});
    EXPECT_TRUE(host) << host.error().message;
    host_.emplace(*std::move(host));
    for (const auto& [key, command] : {std::pair{"open", R"({"open_account": {"billing_country": "US"}})"},
                                       std::pair{"trial", R"({"start_trial": {}})"}}) {
      const auto done = host_->submit_json(tenant_, account_, {"service", ""}, key, command);
      EXPECT_TRUE(done && !done->refusal);
    }
  }
  ~NoMemory() override {
    host_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Asks with the first, the second, … allocation failing, until none does. How often that was.
  template <class Ask>
  int each_allocation(Ask ask) {
    int times = 0;
    for (long nth = 0; nth < 20'000; ++nth) {
      left = nth;
      failed = false;
      ask(nth);
      left = -1;
      if (!failed) return times;
      ++times;
    }
    ADD_FAILURE() << "it never ends";
    return times;
  }

  const TenantId tenant_ = *TenantId::parse("callloop");
  const AccountId account_ = *AccountId::parse("acme");
  std::string folder_;
  std::optional<Host> host_;
};

TEST_F(NoMemory, AnsweringIsAnErrorOrTheAnswer) {
  const auto whole = host_->account(tenant_, account_, Audience::staff);
  ASSERT_TRUE(whole);
  EXPECT_GT(each_allocation([&](long nth) {
              const auto said = host_->account(tenant_, account_, Audience::staff);
              if (said) {
                EXPECT_EQ(said->size(), whole->size()) << nth;
              }
            }),
            0);
  EXPECT_TRUE(host_->account(tenant_, account_, Audience::staff));
}

// A command that could not be sent may be sent again with its key: it happens once, however far it came.
TEST_F(NoMemory, ACommandHappensOnceOrNot) {
  const std::string command = R"({"use": {"meter": "sms", "quantity": "100 characters"}})";
  const int times = each_allocation([&](long) {
    const auto said = host_->submit_json(tenant_, account_, {"service", ""}, "once", command);
    if (said) {
      EXPECT_FALSE(said->refusal);
    }
  });
  EXPECT_GT(times, 0);
  const auto done = host_->submit_json(tenant_, account_, {"service", ""}, "once", command);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->again);
  const auto next = host_->submit_json(tenant_, account_, {"service", ""}, "twice", command);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->position, done->position + 1) << "nothing else was written";
}

}  // namespace
}  // namespace florin
