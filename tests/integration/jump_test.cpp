/// Moving the clock in one jump or in many steps gives the same books: random lives on the shipped tenants, through the
/// whole host, with its plugins, the sandbox provider and its webhooks. A failure names its seed.
#include <gtest/gtest.h>

#include <random>

#include "florin/host.hpp"
#include "florin/reads.hpp"

namespace florin {
namespace {

struct Sent {
  Instant at;
  TenantId tenant;
  AccountId account;
  Actor actor;
  std::string command;
};

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

template <std::size_t n>
std::string one_of(Random& random, const char* const (&all)[n]) {
  return all[below(random, n)];
}

std::string card(Random& random) {
  constexpr const char* ways[] = {"ok",
                                  "ok",
                                  "ok",
                                  "ok_then_declined_after_2",
                                  "declined_soft",
                                  "declined_hard",
                                  "lost_before",
                                  "lost_after",
                                  "pending_1h",
                                  "pending_26h_then_declined",
                                  "needs_action",
                                  "webhook_late",
                                  "webhook_twice",
                                  "webhook_never",
                                  "refund_declined",
                                  "refund_lost_after"};
  constexpr const char* slots[] = {"primary", "primary", "backup"};
  return R"({"add_payment_method": {"method": "card", "slot": ")" + one_of(random, slots) +
         R"(", "details": {"token": ")" + one_of(random, ways) + R"(", "brand": "visa", "last4": "4242"}}})";
}

/// What all four understand; a refusal is an answer too.
std::string of_any(Random& random) {
  constexpr const char* all[] = {
      R"({"cancel": {}})",
      R"({"undo_cancel": {}})",
      R"({"start_trial": {}})",
      R"({"pause": {}})",
      R"({"resume": {}})",
      R"({"request_refund": {}})",
      R"({"decide_refund": {"approve": false, "reason": "used"}})",
      R"({"decide_refund": {"approve": true, "reason": "unhappy"}})",
      R"({"refund_order": {"order": 1, "gives_back": "unused_share", "reason": "goodwill"}})",
      R"({"release_hold": {"hold": 1}})",
      R"({"set_approval": {"approval": "kyc", "state": "approved"}})",
      R"({"request_review": {"order": 1, "reason": "duplicate_charge", "said": ""}})",
      R"({"decide_review": {"review": 1, "approve": true, "gives_back": "whole", "reason": "it was"}})"};
  return below(random, 3) == 0 ? card(random) : one_of(random, all);
}

std::string of_messages(Random& random) {
  constexpr const char* plans[] = {"lite", "starter", "growth", "pro"};
  constexpr const char* cycles[] = {"monthly", "monthly", "annual"};
  switch (below(random, 9)) {
    case 0:
      return R"({"subscribe": {"plan": ")" + one_of(random, plans) + R"(", "cycle": ")" + one_of(random, cycles) +
             "\"}}";
    case 1:
    case 2:
      return R"({"change_plan": {"plan": ")" + one_of(random, plans) + R"(", "cycle": ")" + one_of(random, cycles) +
             "\"}}";
    case 3: return R"({"buy_credits": {"amount": "500 message"}})";
    case 4: return R"({"set_auto_recharge": {"active": true, "below": "400 message", "amount": "500 message"}})";
    case 5: return R"({"place_hold": {"meter": "sms", "quantity": "1600 characters"}})";
    case 6: return R"({"capture_hold": {"hold": 1, "quantity": "800 characters"}})";
    case 7: return of_any(random);
    default:
      return R"({"use": {"meter": "sms", "quantity": ")" + std::to_string(1 + below(random, 60'000)) +
             " characters\"}}";
  }
}

std::string of_balance(Random& random) {
  constexpr const char* plans[] = {"starter", "growth"};
  constexpr const char* cycles[] = {"monthly", "quarterly", "annual"};
  switch (below(random, 8)) {
    case 0:
      return R"({"subscribe": {"plan": ")" + one_of(random, plans) + R"(", "cycle": ")" + one_of(random, cycles) +
             R"(", "first_credits": "1000 balance"}})";
    case 1:
      return R"({"change_plan": {"plan": ")" + one_of(random, plans) + R"(", "cycle": ")" + one_of(random, cycles) +
             "\"}}";
    case 2: return R"({"buy_credits": {"amount": "1000 balance"}})";
    case 3: return R"({"set_auto_recharge": {"active": true, "below": "600 balance", "amount": "1000 balance"}})";
    case 4:
      return R"({"occupy_item": {"entitlement": "numbers", "item": "n)" + std::to_string(below(random, 9)) + "\"}}";
    case 5: return of_any(random);
    default:
      return R"({"use": {"meter": "voice", "quantity": ")" + std::to_string(1 + below(random, 50'000)) +
             R"( seconds", "properties": {"direction": "inbound"}}})";
  }
}

std::string of_licences(Random& random) {
  constexpr const char* cycles[] = {"monthly", "annual"};
  const std::string count = std::to_string(1 + below(random, 6));
  switch (below(random, 8)) {
    case 0: return R"({"subscribe": {"plan": "starter", "cycle": "monthly", "licences": )" + count + "}}";
    case 1: return R"({"set_licences": {"total": )" + count + "}}";
    case 2: return R"({"set_add_on": {"add_on": "phone_100", "total": )" + std::to_string(below(random, 3)) + "}}";
    case 3: return R"({"change_plan": {"cycle": ")" + one_of(random, cycles) + R"(", "licences": )" + count + "}}";
    case 4: return R"({"invite_member": {"member": "m)" + count + R"(", "role": "member"}})";
    case 5: return of_any(random);
    default: return R"({"use": {"meter": "phone", "quantity": ")" + count + R"( numbers"}})";
  }
}

/// A year of two accounts of each tenant, and now and then a stop of all charges. Made before anything is played.
std::vector<Sent> life(Random& random, Instant from) {
  constexpr const char* tenants[] = {"callloop", "salesmsg", "exotel", "kaspr"};
  std::vector<Sent> sent;
  Instant at = from;
  for (const char* tenant : tenants)
    for (const char* account : {"acme", "globex"}) {
      const TenantId id = *TenantId::parse(tenant);
      const AccountId whose = *AccountId::parse(account);
      sent.push_back({at, id, whose, {"owner", ""}, R"({"open_account": {"billing_country": "IN"}})"});
      sent.push_back({at, id, whose, {"owner", ""}, card(random)});
      if (std::string_view(tenant) == "exotel") continue;  // begins with a trial, if at all
      const char* plan = std::string_view(tenant) == "kaspr" ? "starter" : "growth";
      sent.push_back({at,
                      id,
                      whose,
                      {"owner", ""},
                      std::string(R"({"subscribe": {"plan": ")") + plan + R"(", "cycle": "monthly"}})"});
    }
  for (int i = 0; i < 260; ++i) {
    at = at + minutes(static_cast<std::int64_t>(below(random, 3) == 0 ? below(random, 6 * 1440) : below(random, 900)));
    const std::size_t which = below(random, 4);
    Sent one{at,
             *TenantId::parse(tenants[which]),
             *AccountId::parse(below(random, 2) == 0 ? "acme" : "globex"),
             {"staff", "ann"},
             ""};
    one.command = which < 2 ? of_messages(random) : which == 2 ? of_balance(random) : of_licences(random);
    if (below(random, 40) == 0) {
      one.account = AccountId();
      one.command = below(random, 2) == 0
                        ? R"({"stop_charges": {"scope": "tenant", "name": "", "reason": "prices"}})"
                        : R"({"lift_charges": {"scope": "tenant", "name": "", "reason": "right again"}})";
    }
    sent.push_back(std::move(one));
  }
  return sent;
}

/// All that a customer, a backend and an accountant can see.
struct Books {
  std::vector<std::string> answers;  ///< the entry of each command, with its position: the order of all is in it
  std::vector<std::string> pages;
  std::size_t done = 0, refused = 0;
};

Books play(const std::vector<Sent>& sent, Instant from, Instant end, const std::function<void(Host&, Instant)>& go) {
  Books books;
  auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = "memory", .virtual_from = from});
  EXPECT_TRUE(host) << host.error().message;
  if (!host) return books;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const Sent& one = sent[i];
    go(*host, one.at);
    const auto done = host->submit_json(one.tenant, one.account, one.actor, "k" + std::to_string(i), one.command);
    books.answers.push_back(done ? done->entry : done.error().code);
    const bool taken = done && !done->refusal;
    ++(taken ? books.done : books.refused);
    EXPECT_TRUE(done) << one.command << ": " << done.error().message;
  }
  go(*host, end);
  for (const TenantId& tenant : host->tenants()) {
    for (const AccountId& account : host->accounts(tenant)) {
      books.pages.push_back(*host->account(tenant, account, Audience::staff));
      for (std::size_t list = 0; list < std::size(account_lists); ++list)
        books.pages.push_back(*Reads(*host).list(tenant, account, static_cast<AccountList>(list),
                                                 {.after = {}, .most = 1'000}, Audience::staff));
    }
    books.pages.push_back(*host->cases(tenant));
    books.pages.push_back(as_json(*host->months(tenant)));
    books.pages.push_back(as_json(*host->notifications(tenant, 0, 10'000)));
  }
  return books;
}

TEST(Clock, OneJumpOrManyStepsGiveTheSameBooks) {
  const Instant from = *Instant::parse("2026-01-28T06:00Z"), end = *Instant::parse("2027-06-01T00:00Z");
  std::size_t done = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto sent = life(random, from);
    const Books jump = play(sent, from, end, [](Host& host, Instant to) { host.run_until(to); });
    const Books steps = play(sent, from, end, [&](Host& host, Instant to) {
      while (host.now() < to) {
        const std::size_t most = below(random, 4) == 0 ? 20 * 1440 : 700;
        host.run_until(std::min(to, host.now() + minutes(static_cast<std::int64_t>(1 + below(random, most)))));
      }
    });
    done += jump.done;
    EXPECT_EQ(jump.answers, steps.answers);
    ASSERT_EQ(jump.pages.size(), steps.pages.size());
    for (std::size_t i = 0; i < jump.pages.size(); ++i) EXPECT_EQ(jump.pages[i], steps.pages[i]);
    if (HasFailure()) return;
  }
  EXPECT_GT(done, 600U);
}

}  // namespace
}  // namespace florin
