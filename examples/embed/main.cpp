// A billing host inside a program: in memory, on a clock that moves only when it is told to.
#include <florin/host.hpp>
#include <iostream>

int main() {
  using namespace florin;
  HostOptions options;
  options.config = HOST_FILE;
  options.data = "memory";
  options.virtual_from = *Instant::parse("2026-03-10T09:00Z");
  auto host = Host::open(options);
  if (!host) {
    std::cerr << host.error().message << "\n";
    return 1;
  }
  for (const Error& problem : host->problems()) std::cerr << problem.at.file << ": " << problem.message << "\n";

  const TenantId tenant = *TenantId::parse("bakery");
  const AccountId account = *AccountId::parse("ann");
  const Actor backend{"service", "shop"};
  const auto run = [&](const char* key, Command command) {
    const auto outcome = host->submit(Request{tenant, account, backend, key, std::nullopt, std::move(command)});
    if (!outcome) std::cout << key << ": " << outcome.error().message << "\n";
    if (outcome && outcome->refusal) std::cout << key << ": refused, " << outcome->refusal->text << "\n";
    return outcome && !outcome->refusal;
  };

  OpenAccount open{.billing_country = "DE", .billing_state = std::nullopt, .personal_data = {{"name", "Ann"}}};
  AddPaymentMethod card;
  card.method = *MethodId::parse("card");
  card.slot = "primary";
  card.details = {{"token", "ok"}, {"brand", "visa"}, {"last4", "4242"}};
  Subscribe subscribe;
  subscribe.plan = *PlanId::parse("basic");
  subscribe.cycle = "monthly";
  const Use letter{*MeterId::parse("post"), *Quantity::parse("1 message"), {}};

  if (!run("open", open) || !run("card", card) || !run("plan", subscribe) || !run("use", letter)) return 1;
  const auto check = host->check(tenant, account, backend, letter);
  if (!check) return 1;
  std::cout << "available: " << check->available << ", one costs " << check->price << "\n";
  host->run_until(*Instant::parse("2026-04-11T09:00Z"));  // the plan renews on 10 April
  std::cout << "a month later: " << host->check(tenant, account, backend, letter)->available << "\n"
            << *host->account(tenant, account, Audience::staff) << "\n";
}
