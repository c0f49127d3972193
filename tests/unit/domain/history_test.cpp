/// Lists of an account's past: what they are does not depend on where in them a thing lies.
#include "domain/accounts/history.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "domain/accounts/apply.hpp"
#include "domain/credits/ends.hpp"
#include "domain/journal/journal.hpp"

namespace florin {
namespace {

struct Number {
  std::uint32_t value = 0;
};
struct Thing {
  Number id;
  std::uint32_t says = 0;
};

std::vector<std::uint32_t> said_by(const auto& list) {
  std::vector<std::uint32_t> said;
  for (const Thing& thing : list) said.push_back(thing.says);
  return said;
}

TEST(History, IsTheSameListWhereverThingsLie) {
  std::mt19937 random(7);
  const auto upto = [&](std::size_t most) { return static_cast<std::uint32_t>(random() % most); };
  History<Thing> list;
  std::vector<std::uint32_t> plain;
  for (int step = 0; step < 5'000; ++step) {
    if (plain.empty() || upto(10) < 2) {
      const std::uint32_t says = upto(1'000);
      plain.push_back(says);
      list.push_back({{static_cast<std::uint32_t>(plain.size())}, says});
    }
    const std::uint32_t number = upto(plain.size()) + 1;
    const History<Thing> before = list;
    const std::uint32_t was = plain[number - 1];
    plain[number - 1] = upto(1'000);
    list.change(Number{number})->says = plain[number - 1];
    ASSERT_EQ(before[number - 1].says, was) << "a copy stays as it was";
    if (upto(3) == 0) list.settle([&](const Thing& thing) { return thing.says % 16 != 0; });
    ASSERT_EQ(list.size(), plain.size());
    ASSERT_EQ(list.find(Number{number})->says, plain[number - 1]);
    ASSERT_EQ(list.back().says, plain.back());
    if (step % 500 == 0) {
      ASSERT_EQ(said_by(list), plain);
      ASSERT_TRUE(list.complete());
    }
  }
  EXPECT_EQ(list.find(Number{0}), nullptr);
  EXPECT_EQ(list.find(Number{static_cast<std::uint32_t>(plain.size()) + 1}), nullptr);
  list.settle([](const Thing&) { return true; });
  EXPECT_LT(std::ranges::distance(list.open()), 12);
  EXPECT_EQ(said_by(list), plain);
  EXPECT_EQ(said_by(std::ranges::subrange(list.rbegin(), list.rend())),
            std::vector<std::uint32_t>(plain.rbegin(), plain.rend()));
}

/// A list whose pages leave memory and are brought back when they are missed, as a shard does it.
struct PagedOut {
  History<Thing> list;
  Pages<Thing> saved;
  std::map<std::size_t, std::vector<Thing>> on_disk;
  int brought = 0;

  void leave() {
    list.pages().changed_since(saved, [&](std::size_t number, const auto& page) { on_disk[number] = page.all(); });
    saved = list.pages();
    list.put_away(saved);
  }
  auto again(const auto& what) {
    for (;;) try {
        return what();
      } catch (const PageAway& away) {
        ++brought;
        list.bring(away.number, on_disk.at(away.number));
      }
  }
};

TEST(History, IsTheSameListWhenItsPagesLeaveAtOnce) {
  std::mt19937 random(13);
  const auto upto = [&](std::size_t most) { return static_cast<std::uint32_t>(random() % most); };
  PagedOut paged;
  std::vector<std::uint32_t> plain;
  for (int step = 0; step < 5'000; ++step) {
    if (plain.empty() || upto(10) < 2) {
      const std::uint32_t says = upto(1'000);
      plain.push_back(says);
      paged.list.push_back({{static_cast<std::uint32_t>(plain.size())}, says});
    }
    const std::uint32_t number = upto(plain.size()) + 1;
    const History<Thing> before = paged.list;
    plain[number - 1] = upto(1'000);
    paged.again([&] { return paged.list.change(Number{number}); })->says = plain[number - 1];
    if (upto(3) == 0) paged.list.settle([&](const Thing& thing) { return thing.says % 16 != 0; });
    if (upto(5) == 0) paged.leave();
    ASSERT_EQ(paged.again([&] { return paged.list.find(Number{number})->says; }), plain[number - 1]);
    ASSERT_TRUE(paged.list.complete());
    if (step % 500 == 0) {
      ASSERT_EQ(paged.again([&] { return said_by(paged.list); }), plain);
      ASSERT_EQ(paged.list.pages().away(), 0U);
    }
  }
  EXPECT_GT(paged.brought, 1'000);
  paged.again([&] { return said_by(paged.list); });
  paged.list.settle([](const Thing&) { return true; });
  paged.leave();
  std::size_t here = 0;
  paged.list.pages().each_here([&](std::size_t, const auto&) { ++here; });
  EXPECT_EQ(here, 0U) << "beyond the newest few nothing is in memory";
  EXPECT_LT(std::ranges::distance(paged.list.open()), 12);
  EXPECT_EQ(paged.list.pages().away(), paged.list.pages().count());
}

TEST(History, WhatIsNotSavedStays) {
  PagedOut paged;
  for (std::uint32_t i = 1; i <= 40; ++i) paged.list.push_back({{i}, i});
  paged.list.settle([](const Thing&) { return true; });
  Pages<Thing> nothing;
  paged.list.put_away(nothing);
  EXPECT_EQ(paged.list.pages().away(), 0U);
  paged.leave();
  EXPECT_EQ(paged.list.pages().away(), 8U);
  EXPECT_THROW((void)paged.list[2], PageAway);
  paged.again([&] { return paged.list.change(Number{3}); })->says = 300;
  paged.leave();
  EXPECT_EQ(paged.list[2].says, 300U) << "it lies open";
  EXPECT_THROW((void)paged.list[4], PageAway);
  paged.list.settle([](const Thing&) { return true; });  // its page is away again, or here: it is 300 in both
  EXPECT_EQ(paged.again([&] { return paged.list.find(Number{3})->says; }), 300U);
  paged.leave();
  EXPECT_EQ(paged.again([&] { return paged.list.find(Number{3})->says; }), 300U);
}

TEST(LongList, IsAPlainListWhenItsPagesLeaveAtOnce) {
  std::mt19937 random(17);
  LongList<std::uint32_t> list;
  Pages<std::uint32_t> saved;
  std::map<std::size_t, std::vector<std::uint32_t>> on_disk;
  std::vector<std::uint32_t> plain;
  const auto again = [&](const auto& what) {
    for (;;) try {
        return what();
      } catch (const PageAway& away) {
        list.bring(away.number, on_disk.at(away.number));
      }
  };
  for (std::uint32_t step = 0; step < 3'000; ++step) {
    const auto place = static_cast<std::ptrdiff_t>(random() % (plain.size() + 1));
    if (random() % 20 != 0 || plain.empty() || place == std::ssize(plain)) {
      plain.push_back(step);
      again([&] { list.push_back(step); });
    } else if (random() % 2 == 0) {
      plain.erase(plain.begin() + place);
      again([&] { list.erase(list.begin() + place); });
    } else {
      plain[static_cast<std::size_t>(place)] = step;
      again([&] { list.change(list.begin() + place, [&](std::uint32_t& one) { one = step; }); });
    }
    if (random() % 7 == 0) {
      list.pages().changed_since(saved, [&](std::size_t number, const auto& page) { on_disk[number] = page.all(); });
      saved = list.pages();
      list.put_away(saved);
    }
    ASSERT_EQ(list.size(), plain.size());
    if (step % 100 == 0) {
      ASSERT_TRUE(again([&] { return std::ranges::equal(list, plain); }));
    }
  }
}

TEST(History, WhatWasOpenedStaysWhereItIs) {
  History<Thing> list;
  for (std::uint32_t i = 1; i <= 40; ++i) list.push_back({{i}, i});
  list.settle([](const Thing&) { return true; });
  Thing* fifth = list.change(Number{5});
  for (std::uint32_t i = 1; i <= 4; ++i) list.change(Number{i})->says = 0;
  list.push_back({{41}, 41});
  fifth->says = 500;
  EXPECT_EQ(list[4].says, 500U);
  EXPECT_THROW(list.push_back({{41}, 0}), std::logic_error);
  EXPECT_THROW(list.push_back({{43}, 0}), std::logic_error);
}

TEST(History, APageThatIsOpenIsFoundOverTheOneThatWasSaved) {
  History<Thing> whole;
  for (std::uint32_t i = 1; i <= 20; ++i) whole.push_back({{i}, i});
  whole.settle([](const Thing&) { return true; });
  const Pages<Thing> saved = whole.pages();
  whole.change(Number{2})->says = 200;
  std::vector<std::size_t> changed;
  const auto note = [&](std::size_t number, const auto&) { changed.push_back(number); };
  whole.pages().changed_since(saved, note);
  EXPECT_TRUE(changed.empty()) << "it lies open, in the account";
  whole.settle([](const Thing&) { return true; });
  whole.pages().changed_since(saved, note);
  EXPECT_EQ(changed, std::vector<std::size_t>{0});
  changed.clear();
  whole.pages().changed_since({}, note);
  EXPECT_EQ(changed, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(LongList, IsAPlainList) {
  std::mt19937 random(11);
  LongList<std::uint32_t> list;
  std::vector<std::uint32_t> plain;
  for (int step = 0; step < 3'000; ++step) {
    if (random() % 20 != 0 || plain.empty()) {
      plain.push_back(static_cast<std::uint32_t>(step));
      list.push_back(static_cast<std::uint32_t>(step));
    } else {
      const auto place = static_cast<std::ptrdiff_t>(random() % plain.size());
      plain.erase(plain.begin() + place);
      list.erase(list.begin() + place);
    }
    ASSERT_EQ(list.size(), plain.size());
    if (step % 100 == 0) {
      ASSERT_TRUE(std::ranges::equal(list, plain));
    }
  }
  EXPECT_TRUE(std::ranges::equal(list, plain));
  LongList<std::uint32_t> apart = list;
  apart.forget_whole_pages();
  EXPECT_LT(apart.size(), LongList<std::uint32_t>::page);
  apart.put_before(list.pages(), list.whole_pages());
  EXPECT_TRUE(std::ranges::equal(apart, plain));
}

/// An account with so many paid orders and used-up grants.
Account old_account(std::uint32_t many) {
  Account account;
  TenantState tenant;
  for (std::uint32_t i = 1; i <= many; ++i) {
    Order order;
    order.id = {i};
    order.state = OrderState::paid;
    order.paid_for = "order " + std::to_string(i);
    account.orders.push_back(std::move(order));
    Grant grant;
    grant.id = {i};
    account.closed_grants.push_back(std::move(grant));
    account.last_order = account.last_grant = i;
    account.orders.settle(is_settled);
  }
  return account;
}

TEST(AccountPages, AndTheAccountBesideThemAreTheAccount) {
  std::map<std::string, std::string> pages;
  const auto page = [&](const std::string& name) {
    const auto found = pages.find(name);
    return found == pages.end() ? nullptr : &found->second;
  };
  journal::AccountPages saved;
  std::size_t written = 0;
  const auto save = [&](const Account& account) {
    written = 0;
    journal::write_pages(account, saved, [&](const std::string& name, std::string bytes) {
      pages[name] = std::move(bytes);
      ++written;
    });
    saved = journal::pages_of(account);
    const auto read = journal::read_account(journal::write_beside_pages(account), page);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(journal::write(*read), journal::write(account));
  };
  Account account = old_account(100);
  save(account);
  EXPECT_EQ(written, 23U + 12U);  // 92 orders in pages of 4, 96 grants in pages of 8
  save(account);
  EXPECT_EQ(written, 0U);
  // It opens, and lies with the account; then its page is new.
  account.order({5})->paid_for = "something else";
  save(account);
  EXPECT_EQ(written, 0U);
  account.orders.settle(is_settled);
  save(account);
  EXPECT_EQ(written, 1U);
  // A page that is there no more is not read.
  account.closed_grants.erase(account.closed_grants.begin() + 90);
  for (int i = 0; i < 4; ++i) account.closed_grants.erase(account.closed_grants.begin() + 90);
  save(account);
  EXPECT_EQ(account.closed_grants.size(), 95U);
  // Without one of its pages an account is no account.
  pages.erase("orders/3");
  EXPECT_FALSE(journal::read_account(journal::write_beside_pages(account), page));
  EXPECT_FALSE(journal::read_account(journal::write_beside_pages(account)));
}

/// A renewal ends and rolls grants that hold something, a pause moves their ends: no past is looked at for them.
TEST(AccountPages, AreNotLookedAtForAGrantThatHoldsSomething) {
  Account account = old_account(100);
  journal::AccountPages saved = journal::pages_of(account);
  (void)journal::put_away(account, saved);
  ASSERT_FALSE(account.is_whole());
  TenantState tenant;
  for (const std::uint32_t number : {1U, 2U}) {
    GrantIssued issued{};
    issued.grant = {account.last_grant + 1};
    issued.type = *CreditType::parse("message");
    issued.amount = Credits{100 * number};
    apply(account, tenant, issued, Instant());
  }
  const GrantId first{account.last_grant - 1}, second{account.last_grant}, next{account.last_grant + 1};
  apply(account, tenant, GrantEndMoved{.grant = second, .ends_at = Instant{5}, .rule = "test"}, Instant());
  apply(account, tenant,
        GrantRolled{.from = first, .into = next, .priority = 0, .ends_at = {}, .amount = Credits{100}, .rule = "test"},
        Instant());
  apply(account, tenant, GrantExpired{second, Credits{200}, "test"}, Instant());
  EXPECT_EQ(account.grant(next)->remaining, Credits{100});
  EXPECT_EQ(account.grants.size(), 1U) << "100 rolled, 200 expired";
  EXPECT_EQ(any_grant(account, second)->expired, Credits{200}) << "what was used up last is found, and nothing read";
  EXPECT_EQ(any_grant(account, {next.value + 1}), nullptr);
  EXPECT_THROW((void)any_grant(account, {1}), PageAway);
}

TEST(AccountPages, AreNoneOfAYoungAccount) {
  const Account account = old_account(7);
  EXPECT_EQ(journal::write_beside_pages(account), journal::write(account));
}

}  // namespace
}  // namespace florin
