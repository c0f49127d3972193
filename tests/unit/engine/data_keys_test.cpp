/// Personal data and its keys go into the journal's row together; an erasure takes the keys of what came before it.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "../../sanitized.hpp"
#include "config/tenant/tenant.hpp"
#include "engine/actions.hpp"
#include "engine/browser.hpp"
#include "engine/engine.hpp"
#include "engine/row.hpp"
#include "engine/vault.hpp"
#include "store/memory/memory_store.hpp"
#include "store/open.hpp"

namespace florin::engine::data_keys_test {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const AccountId ann = *AccountId::parse("ann");

Result<std::shared_ptr<const Catalog>> compile(const TenantId&, std::uint32_t version, const std::string&) {
  Errors errors;
  auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
  if (!errors.empty()) return errors.front();
  read.catalog.version = version;
  return std::make_shared<const Catalog>(std::move(read.catalog));
}

struct NoPolicies : Policies {
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question&) override { return Answer(PolicyAnswer()); }
};
/// Answers nothing of note, or nothing at all until it is told to.
struct NobodyToPay : Providers {
  void perform(const Effect& effect, Instant, Done done) override {
    const std::unique_lock lock(mutex);
    if (!waits) return done({});
    browser = effect.browser;
    later = std::move(done);
  }
  bool answer(const ProviderReport& said) {
    const std::unique_lock lock(mutex);
    if (!later) return false;
    waits = false;
    std::exchange(later, {})(said);
    return true;
  }
  std::mutex mutex;
  bool waits = false;
  std::string browser;
  Done later;
};

class DataKeys : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "florin_keys_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    static int number = 0;
    place = GetParam() == std::string("sqlite") ? (folder / "journal.db").string()
                                                : std::string(FLORIN_TEST_POSTGRES) + "&lease=1s&schema=keys_" +
                                                      std::to_string(::getpid()) + "_" + std::to_string(++number);
    start();
  }
  void TearDown() override {
    stop();
    std::filesystem::remove_all(folder);
  }
  void start() {
    auto opened = store::open(place);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    engine = std::make_unique<Engine>(*store, policies, providers, Engine::Options());
    Errors problems;
    const Status is_open = engine->open({{tenant, "callloop", {}}}, compile, problems);
    ASSERT_TRUE(is_open) << is_open.error().message;
  }
  void stop() {
    engine.reset();
    store.reset();
  }
  /// What is said of an action once its key is gone, which a thread of its own erases; empty: it stays.
  std::string ends(const std::string& sealed) const {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      const auto opened = open_action(*store, tenant, ann, sealed);
      if (!opened) return opened.error().code;
      if (std::chrono::steady_clock::now() > limit) return {};
      std::this_thread::yield();
    }
  }
  static Job job(const AccountId& account, const std::string& key, AnyCommand command) {
    Job made{};
    made.tenant = tenant;
    made.account = account;
    made.actor = {"staff", "jo"};
    made.key = key;
    made.command = std::move(command);
    return made;
  }
  void does(const std::string& key, AnyCommand command) {
    const auto answer = engine->submit_and_wait(job(ann, key, std::move(command)));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_FALSE(answer->entry->refusal) << answer->entry->refusal->text;
  }
  /// The name, or the code of why there is none.
  std::string name_of_ann() {
    std::vector<std::uint64_t> entries;
    const auto read = engine->read([&](const Shard& shard) {
      if (const auto& at = shard.account(tenant, ann)->person_at) entries = at->entries;
    });
    EXPECT_TRUE(read);
    if (entries.empty()) return "nobody";
    const auto person = read_person(*store, tenant, ann, entries);
    return person ? person->front().value : person.error().code;
  }
  std::size_t rows() {
    std::size_t count = 0;
    (void)!store->read(0, 1, [&](const store::Row&) { return ++count > 0; });
    return count;
  }

  std::filesystem::path folder;
  std::string place;
  NoPolicies policies;
  NobodyToPay providers;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Engine> engine;
};

/// What a method's form has for its processor, and what a customer answers: in no entry to be read, and gone with the
/// person's own keys.
TEST_P(DataKeys, HoldAMethodsDetailsForItsProcessor) {
  does("open", OpenAccount{"US", {}, {}});
  AddPaymentMethod adds{};
  adds.method = *MethodId::parse("card");
  adds.slot = "primary";
  adds.details = {{"iban", "DE89370400440532"}};
  adds.token = "tok_1";
  adds.brand = "visa";
  does("method", adds);
  const auto details_at = [&] {
    std::optional<std::uint64_t> at;
    (void)!engine->read([&](const Shard& shard) { at = shard.account(tenant, ann)->methods.at(0).details_at; });
    return at;
  };
  const auto at = details_at();
  ASSERT_TRUE(at);
  EXPECT_GT(*at, 0U) << "the entry that it stands in, not the one that is being made";
  (void)!store->read(0, 1, [&](const store::Row& row) {
    const auto entries = entries_of(row);
    for (const Entry& entry : *entries)
      if (const auto* added = std::get_if<AddPaymentMethod>(&entry.command)) {
        EXPECT_EQ(added->details.size(), 1U);
        EXPECT_EQ(added->details.at(0).name, "sealed");
        EXPECT_EQ(added->details.at(0).value.find("DE89"), std::string::npos);
      }
    return true;
  });
  stop();
  start();
  EXPECT_EQ(details_at(), at);
  const auto words = read_sealed(*store, tenant, ann, *at);
  ASSERT_TRUE(words) << words.error().message;
  EXPECT_EQ(words->at(0).value, "DE89370400440532");
  does("erase", ErasePersonalData{});
  EXPECT_FALSE(details_at());
  stop();
  start();
  EXPECT_EQ(read_sealed(*store, tenant, ann, *at).error().code, "erased");
}

/// The browser of who pays, or saves: in no entry to be read, at hand for the charge that leaves, and gone when it has.
TEST_P(DataKeys, HoldABrowserUntilItsProcessorHasHeardOfIt) {
  providers.waits = true;
  does("open", OpenAccount{"US", {}, {}});
  Browser firefox;
  firefox.user_agent = "Firefox of Ann";
  firefox.screen_height = 1080;
  firefox.time_zone_offset = 0;
  firefox.ip_address = "203.0.113.7";
  SetUpPaymentMethod saves{};
  saves.method = *MethodId::parse("card");
  saves.slot = "primary";
  saves.browser = firefox;
  does("saves", saves);
  const auto saving = [&] {
    Saving is;
    (void)!engine->read([&](const Shard& shard) { is = shard.account(tenant, ann)->savings.at(0); });
    return is;
  };
  ASSERT_TRUE(saving().browser);
  const std::string sealed = *saving().browser;
  const auto opened = open_action(*store, tenant, ann, sealed);
  ASSERT_TRUE(opened) << opened.error().message;
  const auto browser = browser_of_bytes(*opened);
  ASSERT_TRUE(browser) << browser.error().message;
  EXPECT_EQ(browser->user_agent, "Firefox of Ann");
  EXPECT_EQ(browser->screen_height, 1080);
  EXPECT_EQ(browser->screen_width, std::nullopt);
  EXPECT_EQ(browser->time_zone_offset, 0) << "London's, and not unknown";
  EXPECT_EQ(browser->ip_address, "203.0.113.7");
  (void)!store->read(0, 1, [&](const store::Row& row) {
    const auto entries = entries_of(row);
    for (const Entry& entry : *entries) {
      const auto* named = browser_of(entry.command);
      EXPECT_TRUE(named == nullptr || !*named) << "the fact alone holds it, sealed";
      std::string bytes;
      journal::write(bytes, entry);
      EXPECT_EQ(bytes.find("Firefox"), std::string::npos);
      EXPECT_EQ(bytes.find("203.0.113.7"), std::string::npos);
    }
    return true;
  });
  saves.browser->user_agent = "another one";
  const auto again = engine->submit_and_wait(job(ann, "saves", saves));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->again) << "the same command, whatever browser says it again";
  ProviderReport asks;
  asks.state = AttemptState::needs_action;
  asks.ref = "seti_1";
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!providers.answer(asks) && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  EXPECT_EQ(providers.browser, sealed);
  while (saving().state != AttemptState::needs_action && std::chrono::steady_clock::now() < limit)
    std::this_thread::yield();
  EXPECT_FALSE(saving().browser);
  stop();
  start();
  EXPECT_EQ(ends(sealed), "action_ended");
}

TEST_P(DataKeys, ABrowserIsForgottenWithItsPerson) {
  providers.waits = true;
  does("open", OpenAccount{"US", {}, {}});
  SetUpPaymentMethod saves{};
  saves.method = *MethodId::parse("card");
  saves.slot = "primary";
  saves.browser = Browser{.user_agent = "Firefox of Ann"};
  does("saves", saves);
  std::string sealed;
  (void)!engine->read([&](const Shard& shard) { sealed = *shard.account(tenant, ann)->savings.at(0).browser; });
  does("erase", ErasePersonalData{});
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!providers.answer({}) && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  stop();
  start();
  (void)!engine->read([&](const Shard& shard) { EXPECT_FALSE(shard.account(tenant, ann)->savings.at(0).browser); });
  EXPECT_EQ(ends(sealed), "action_ended");
}

TEST_P(DataKeys, ANameThatIsGivenAfterAnErasureSurvivesARestart) {
  does("open", OpenAccount{"US", std::nullopt, {{"name", "Ann"}}});
  EXPECT_EQ(name_of_ann(), "Ann");
  does("again", SetPersonalData{{{"name", "Anna"}}});
  does("erase", ErasePersonalData{});
  EXPECT_EQ(name_of_ann(), "nobody");
  does("named", SetPersonalData{{{"name", "Annabel"}}});
  EXPECT_EQ(name_of_ann(), "Annabel");
  for (int restarts = 0; restarts < 2; ++restarts) {
    stop();
    start();
    EXPECT_EQ(name_of_ann(), "Annabel");
  }
}

TEST_P(DataKeys, AnErasureTakesTheKeysOfAllThatCameBefore) {
  does("open", OpenAccount{"US", std::nullopt, {{"name", "Ann"}}});
  does("again", SetPersonalData{{{"name", "Anna"}}});
  store::Position last = store->head(0)->last;
  const auto keys = [&] {
    std::size_t there = 0;
    for (store::Position at = 1; at <= last; ++at) there += store->key(0, data_key_name(tenant, ann, at)) ? 1 : 0;
    return there;
  };
  EXPECT_EQ(keys(), 2u);
  does("erase", ErasePersonalData{});
  stop();  // a close waits for it
  auto opened = store::open(place);
  ASSERT_TRUE(opened);
  store = std::move(*opened);
  EXPECT_EQ(keys(), 0u);
  store.reset();
}

// Whom documents are addressed to has keys of its own: of an account without a document they go with the person's.
TEST_P(DataKeys, AnAddresseeWithoutADocumentIsErasedToo) {
  does("open", OpenAccount{"US", std::nullopt, {{"name", "Ann"}, {"email", "ann@example.com"}}});
  const store::Position last = store->head(0)->last;
  const auto addressees = [&] {
    std::vector<std::string> shown;
    for (store::Position at = 1; at <= last; ++at)
      if (const auto person = read_person(*store, tenant, ann, {at}, Sealed::documents); person)
        for (const Word& word : *person) shown.push_back(word.name + "=" + word.value);
    return shown;
  };
  EXPECT_EQ(addressees(), std::vector<std::string>{"name=Ann"});
  does("erase", ErasePersonalData{});
  stop();
  auto opened = store::open(place);
  ASSERT_TRUE(opened);
  store = std::move(*opened);
  EXPECT_TRUE(addressees().empty());
  store.reset();
}

TEST_P(DataKeys, OfARefusedCommandNothingIsKept) {
  does("open", OpenAccount{"US", std::nullopt, {{"name", "Ann"}}});
  const auto twice = engine->submit_and_wait(job(ann, "twice", OpenAccount{"US", std::nullopt, {{"name", "Bob"}}}));
  ASSERT_TRUE(twice && twice->entry->refusal);
  EXPECT_TRUE(std::get<OpenAccount>(twice->entry->command).personal_data.empty());
  EXPECT_FALSE(store->key(0, data_key_name(tenant, ann, twice->position)));
  EXPECT_EQ(name_of_ann(), "Ann");
}

TEST_P(DataKeys, ABatchOfNamedAccountsCostsNoCommitEach) {
  const std::size_t before = rows();
  std::vector<Job> batch;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "account-" + std::to_string(i);
    batch.push_back(job(*AccountId::parse(name), name, OpenAccount{"US", std::nullopt, {{"name", name}}}));
  }
  for (const auto& answer : engine->submit_and_wait(std::move(batch))) ASSERT_TRUE(answer && !answer->entry->refusal);
  // A turn of the tenant's commands is a row, and ends by time, of which a sanitizer takes ten times as much.
  EXPECT_LE(rows() - before, test::sanitized ? 100u : 10u);
}

INSTANTIATE_TEST_SUITE_P(Stores, DataKeys, testing::Values("sqlite", "postgres"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace florin::engine::data_keys_test
