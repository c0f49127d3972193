#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "contestant.hpp"
#include "engine/engine.hpp"
#include "florin/host.hpp"

/// What several measurements ask alike.
namespace bench {

/// By staff.
inline florin::engine::Job job(const florin::TenantId& tenant, const florin::AccountId& account, std::string key,
                               florin::AnyCommand command) {
  florin::engine::Job made{};
  made.tenant = tenant;
  made.account = account;
  made.actor = {"staff", "bench"};
  made.key = std::move(key);
  made.command = std::move(command);
  return made;
}

/// Until all are answered. Errors: Failed is thrown when one is refused.
inline void take(florin::engine::Engine& engine, std::vector<florin::engine::Job> jobs) {
  for (const auto& answer : engine.submit_and_wait(std::move(jobs)))
    must(answer && !answer->entry->refusal, answer ? "it is not refused" : answer.error().message);
}

/// Accounts of the shipped tenant Call Loop, each on its smallest plan by the month, with a card that is good.
inline void subscribe_all(florin::Host& host, const florin::TenantId& tenant, std::size_t accounts) {
  using namespace florin;
  std::vector<Request> requests;
  for (std::size_t i = 0; i < accounts; ++i) {
    const auto ask = [&](const char* word, Command command) {
      requests.push_back({tenant,
                          AccountId::trusted(fmt::format("account-{}", i)),
                          {"owner", "ann"},
                          word + std::to_string(i),
                          std::nullopt,
                          std::move(command)});
    };
    ask("open", OpenAccount{"US", std::nullopt, {}});
    ask("method", AddPaymentMethod{.method = MethodId::trusted("card"),
                                   .slot = "primary",
                                   .details = {{"token", "ok"}, {"brand", "visa"}, {"last4", "4242"}},
                                   .token = {},
                                   .brand = {},
                                   .masked = {}});
    Subscribe subscribe;
    subscribe.plan = PlanId::trusted("lite");
    subscribe.cycle = "monthly";
    ask("subscribe", subscribe);
  }
  for (const auto& outcome : host.submit(requests))
    must(outcome && !outcome->refusal, outcome ? "subscribed" : outcome.error().message);
}

}  // namespace bench
