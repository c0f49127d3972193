#include "world.hpp"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <chrono>

#include "domain/ledger/check.hpp"
#include "domain/payments/refund.hpp"

namespace florin::test {

namespace {

template <class T>
T sure(Result<T> result) {
  if (!result) throw std::logic_error(result.error().message);
  return *std::move(result);
}

CreditType credit(std::string_view id) { return sure(CreditType::parse(id)); }
Currency currency(std::string_view code) { return sure(Currency::parse(code)); }
Span span(std::string_view text) { return sure(Span::parse(text)); }
UnitPrice unit_price(std::string_view text) { return sure(UnitPrice::parse(text)); }

RuleAt line(std::uint32_t number) { return {"tenant.yaml", number}; }

CycleRule cycle(std::string id, std::int32_t months, std::string_view price, std::vector<Allowed> gives) {
  return {std::move(id), months, money(price), std::move(gives), line(10)};
}

Meter meter_of(std::string_view id, std::string_view type, std::int64_t takes, std::string_view block,
               std::int64_t at_least) {
  return {.id = meter(id),
          .type = credit(type),
          .takes = {takes},
          .per_started = quantity(block),
          .at_least = at_least,
          .only_if = {},
          .at = line(5)};
}

PastDueStep dunning_step(std::string_view after, bool tries, bool cancels, std::optional<bool> usage_refused) {
  return {.after = span(after),
          .try_again = tries,
          .tell = true,
          .cancel = cancels,
          .usage_refused = usage_refused,
          .at = line(60)};
}

Catalog tenant_named(std::string_view id, std::string_view money_of) {
  Catalog catalog;
  catalog.tenant = sure(TenantId::parse(id));
  catalog.version = 1;
  catalog.currency = currency(money_of);
  catalog.zone = {.name = "UTC", .database = "", .first_offset = 0, .changes = {}};
  catalog.roles = {
      {"owner", {"everything"}, line(80)}, {"admin", {"everything"}, line(80)}, {"member", {"see"}, line(80)}};
  catalog.processors = {{sure(ProcessorId::parse("stripe")), "stripe", "{}", line(70)}};
  catalog.methods = {{.id = sure(MethodId::parse("card")),
                      .plugin = "card",
                      .config = "{}",
                      .through = {sure(ProcessorId::parse("stripe"))},
                      .brands = {"visa", "mastercard", "amex", "discover"},
                      .slots = {"primary", "backup"},
                      .without_customer = true,
                      .offered_to = {},
                      .order_open = span("1 hour"),
                      .at = line(71)}};
  catalog.tries = {{"subscription", {"primary", "backup"}, line(72)},
                   {"recharge", {"primary", "backup"}, line(72)},
                   {"change", {"primary"}, line(72)},
                   {"licences", {"primary"}, line(72)},
                   {"addon", {"primary"}, line(72)},
                   {"purchase", {"chosen"}, line(72)}};
  catalog.paid_after_closed = {.purchase = LateThen::deliver,
                               .recharge = LateThen::deliver,
                               .subscription = LateThen::deliver_if_still_due,
                               .otherwise = LateThen::refund,
                               .at = line(73)};
  catalog.minimum_charge = Money(50, catalog.currency);
  catalog.past_due = {dunning_step("0 days", true, false, false), dunning_step("3 days", true, false, std::nullopt),
                      dunning_step("7 days", true, false, true), dunning_step("14 days", false, true, std::nullopt)};
  catalog.invoice_numbers = "CL-000001";
  catalog.credit_note_numbers = "CLC-000001";
  catalog.roles_at = line(80);
  catalog.refunds_at = line(65);
  catalog.policy_at = line(90);
  return catalog;
}

AutoRecharge recharge_of(std::string_view type, std::int64_t below, std::int64_t amount_at_least) {
  return {.type = credit(type),
          .threshold_at_least = {below},
          .amount_at_least = {amount_at_least},
          .also_when_refused = true,
          .waits_for = {"renewal", "plan_change", "past_due"},
          .each_day = 3,
          .suspend_after = 3,
          .at = line(40)};
}

Plan plan_of(std::string_view id, std::int32_t rank, std::vector<CycleRule> cycles) {
  Plan made;
  made.id = plan(id);
  made.rank = rank;
  made.cycles = std::move(cycles);
  made.at = line(20);
  return made;
}

/// The shipped policy's answer, in small.
PolicyAnswer answer_to(const Moment& moment, const PolicyWords& words) {
  using Kind = PolicyDecision::Kind;
  PolicyAnswer answer;
  const auto issue = [&](GrantSource source, int priority, GrantEnd end, std::string rule) {
    for (const Allowance& given : moment.includes)
      answer.decisions.push_back({.kind = Kind::issue,
                                  .grant = {},
                                  .type = given.type,
                                  .amount = given.amount,
                                  .source = source,
                                  .priority = priority,
                                  .end = end,
                                  .rule = rule});
  };
  const auto end = [&](const Grant& grant, Kind how, std::string rule) {
    PolicyDecision decision;
    decision.kind = how;
    decision.grant = grant.id;
    decision.source = GrantSource::rollover;
    decision.priority = words.rollover;
    decision.end = {.kind = GrantEnd::Kind::after, .after = {Span::Unit::days, 30}, .at = {}};
    decision.rule = std::move(rule);
    answer.decisions.push_back(decision);
  };
  const GrantEnd with_period{.kind = GrantEnd::Kind::with_period, .after = {}, .at = {}};
  const GrantEnd lasts = words.bought_last.count == 0
                             ? GrantEnd()
                             : GrantEnd{.kind = GrantEnd::Kind::after, .after = words.bought_last, .at = {}};
  switch (moment.kind) {
    case MomentKind::trial_started: issue(GrantSource::trial, 0, with_period, "grants.trial"); break;
    case MomentKind::period_paid:
    case MomentKind::change_paid: issue(GrantSource::plan, words.plan, with_period, "grants.plan"); break;
    case MomentKind::addon_paid: issue(GrantSource::addon, words.addon, with_period, "grants.addon"); break;
    case MomentKind::purchased: issue(GrantSource::purchase, words.bought, lasts, "grants.purchase"); break;
    case MomentKind::recharged: issue(GrantSource::recharge, words.bought, lasts, "grants.recharge"); break;
    case MomentKind::corrected: issue(GrantSource::correction, words.correction, lasts, "grants.correction"); break;
    case MomentKind::trial_ended:
      for (const Grant& grant : moment.grants)
        if (grant.source == GrantSource::trial) end(grant, Kind::expire, "grants.trial");
      break;
    case MomentKind::period_ended:
      for (const Grant& grant : moment.grants) {
        const bool of_period = grant.source == GrantSource::plan || grant.source == GrantSource::addon;
        if (moment.reason == PeriodEnd::cancel && words.forfeits_at_cancel)
          end(grant, Kind::forfeit, "changes.cancel");
        else if (!of_period)
          continue;
        else if (words.rolls_over && moment.reason == PeriodEnd::downgrade)
          end(grant, Kind::forfeit, "grants.rollover");
        else
          end(grant, words.rolls_over ? Kind::roll : Kind::expire, "grants.rollover");
      }
      break;
  }
  return answer;
}

std::string digest(std::string_view paid_for) {
  std::string key;
  std::uint64_t hash = 1469598103934665603U;
  for (const char c : paid_for) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  for (int i = 0; i < 25; ++i, hash = hash * 6364136223846793005U + 1442695040888963407U)
    key.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[(hash >> 33) % 36]);
  return key;
}

}  // namespace

Instant at(std::string_view text) { return sure(Instant::parse(text)); }
Money money(std::string_view text) { return sure(Money::parse(text)); }
CreditAmount amount(std::string_view text) { return sure(CreditAmount::parse(text)); }
Quantity quantity(std::string_view text) { return sure(Quantity::parse(text)); }
PlanId plan(std::string_view id) { return sure(PlanId::parse(id)); }
MeterId meter(std::string_view id) { return sure(MeterId::parse(id)); }

Zone zone_named(const std::string& name) {
  Zone zone{.name = name, .database = date::get_tzdb().version, .first_offset = 0, .changes = {}};
  const date::time_zone* tz = date::locate_zone(name);
  const auto end = date::sys_days(date::year(2060) / 1 / 1);
  auto info = tz->get_info(date::sys_days(date::year(1970) / 1 / 1));
  zone.first_offset = static_cast<std::int32_t>(info.offset.count());
  for (; info.end < end; info = tz->get_info(info.end)) {
    const auto next = tz->get_info(info.end);
    const std::int64_t from = next.begin.time_since_epoch().count();
    if (next.offset != info.offset)
      zone.changes.push_back({{from * 1'000'000}, static_cast<std::int32_t>(next.offset.count())});
  }
  return zone;
}

Catalog call_loop() {
  Catalog catalog = tenant_named("callloop", "USD");
  catalog.policy_plugin = "standard";
  const CreditType message = credit("message");
  catalog.credits = {{message, 0, Currency(), line(4)}};
  Meter ringless = meter_of("ringless", "message", 2, "1 drop", 0);
  ringless.only_if = Condition{{"outcome", {"delivered"}}};
  catalog.meters = {ringless, meter_of("sms", "message", 1, "160 characters", 1),
                    meter_of("voice", "message", 1, "1 minute", 0)};
  catalog.trial = {.lasts = span("14 days"),
                   .gives = {{message, {25}}},
                   .plan_picked_inside = Trial::PlanPicked::starts_when_trial_ends,
                   .at = line(8)};
  catalog.plans = {plan_of("pay_as_you_go", 10, {cycle("monthly", 1, "0.00 USD", {})}),
                   plan_of("lite", 20, {cycle("monthly", 1, "15.00 USD", {{message, {250}}})}),
                   plan_of("starter", 30,
                           {cycle("monthly", 1, "25.00 USD", {{message, {500}}}),
                            cycle("annual", 12, "250.00 USD", {{message, {6000}}})}),
                   plan_of("growth", 40,
                           {cycle("monthly", 1, "49.00 USD", {{message, {1000}}}),
                            cycle("annual", 12, "490.00 USD", {{message, {12000}}})}),
                   plan_of("pro", 50, {cycle("monthly", 1, "249.00 USD", {{message, {7500}}})})};
  const char* prices[] = {"0.0650 USD", "0.0600 USD", "0.0500 USD", "0.0490 USD", "0.0332 USD"};
  for (std::size_t i = 0; i < catalog.plans.size(); ++i) catalog.plans[i].credit_price = unit_price(prices[i]);
  catalog.credit_sales = {.needs_plan = true,
                          .type = message,
                          .price = std::nullopt,
                          .at_least = {100},
                          .at_most = {100000},
                          .step = {100},
                          .at = line(30)};
  catalog.holds = {.longest = span("24 hours"), .used_more_than_held = HoldRule::UsedMore::absorb, .at = line(35)};
  catalog.auto_recharge = recharge_of("message", 1, 100);
  catalog.upgrade = {.when = ChangeRule::When::now,
                     .cycle = ChangeRule::Cycle::restarts,
                     .pays = ChangeRule::Pays::full_price,
                     .credits = ChangeRule::Gives::full,
                     .at = line(50)};
  catalog.guarantee = {
      .asked_within = span("30 days"), .covers = {"subscription", "purchase", "recharge"}, .at = line(62)};
  return catalog;
}

Catalog salesmsg() {
  Catalog catalog = call_loop();
  catalog.tenant = sure(TenantId::parse("salesmsg"));
  catalog.upgrade = {.when = ChangeRule::When::now,
                     .cycle = ChangeRule::Cycle::keeps,
                     .pays = ChangeRule::Pays::prorated_difference,
                     .credits = ChangeRule::Gives::prorated_difference,
                     .at = line(50)};
  catalog.guarantee.reset();
  catalog.trial.reset();
  return catalog;
}

Catalog kaspr() {
  Catalog catalog = tenant_named("kaspr", "EUR");
  const CreditType phone = credit("phone"), email = credit("email");
  catalog.credits = {{phone, 0, Currency(), line(4)}, {email, 0, Currency(), line(4)}};
  catalog.meters = {meter_of("email", "email", 1, "1 contact", 0), meter_of("phone", "phone", 1, "1 number", 0)};
  catalog.plans = {plan_of("starter", 10,
                           {cycle("monthly", 1, "60.00 EUR", {{phone, {100}}, {email, {5}}}),
                            cycle("annual", 12, "600.00 EUR", {{phone, {1200}}, {email, {60}}})})};
  catalog.plans.front().by_licence = true;
  AddOn more;
  more.id = sure(AddOnId::parse("more_phone"));
  more.sells = {phone, {100}};
  more.prices = {{"monthly", money("30.00 EUR")}, {"annual", money("300.00 EUR")}};
  more.whole_inside_period = true;
  more.at = line(25);
  catalog.add_ons = {more};
  catalog.licences = {.added_by_day = true, .at = line(26)};
  catalog.holds = {.longest = span("6 hours"), .used_more_than_held = HoldRule::UsedMore::owe, .at = line(35)};
  return catalog;
}

Catalog exotel() {
  Catalog catalog = tenant_named("exotel", "INR");
  const CreditType balance = credit("balance");
  catalog.credits = {{balance, 4, currency("INR"), line(4)}};
  catalog.meters = {meter_of("sms", "balance", 2500, "1 message", 1),
                    meter_of("voice", "balance", 3000, "30 seconds", 0)};
  catalog.trial = {.lasts = std::nullopt,
                   .gives = {{balance, {1'000'000}}},
                   .plan_picked_inside = Trial::PlanPicked::starts_now,
                   .at = line(8)};
  catalog.plans = {plan_of("starter", 10, {cycle("monthly", 1, "2000.00 INR", {})}),
                   plan_of("growth", 20, {cycle("monthly", 1, "8000.00 INR", {})})};
  catalog.credit_sales = {.needs_plan = true,
                          .type = balance,
                          .price = unit_price("1.00 INR"),
                          .at_least = {5'000'000},
                          .at_most = {5'000'000'000},
                          .step = {1'000'000},
                          .at = line(30)};
  catalog.holds = {.longest = span("6 hours"), .used_more_than_held = HoldRule::UsedMore::owe, .at = line(35)};
  catalog.auto_recharge = recharge_of("balance", 10000, 5'000'000);
  catalog.cancel = {.then = CancelRule::Then::limited, .at = line(55)};
  catalog.approvals = {"kyc", "dlt"};
  catalog.gates = {{.actions = {"upgrade_from_trial"},
                    .applies_if = {},
                    .needs = {{"kyc", {"approved"}}},
                    .refuse = false,
                    .says = "Your KYC verification has to be approved first.",
                    .at = line(45)},
                   {.actions = {"use"},
                    .applies_if = {{"state", {"limited"}}, {"direction", {"outbound"}}},
                    .needs = {},
                    .refuse = true,
                    .says = "This account has no plan. Choose one to send again.",
                    .at = line(46)},
                   {.actions = {"use"},
                    .applies_if = {{"state", {"paid"}}, {"meter", {"sms"}}, {"destination_country", {"IN"}}},
                    .needs = {{"dlt", {"approved"}}},
                    .refuse = false,
                    .says = "SMS to India needs DLT registration.",
                    .at = line(47)}};
  return catalog;
}

ProviderReport answer_of(const Attempt& attempt) {
  ProviderReport said;
  said.ref = "ref_" + attempt.key;
  if (attempt.token.starts_with("captured")) {
    said.state = AttemptState::captured;
    said.amount = attempt.amount;
  } else if (attempt.token.starts_with("declined")) {
    said.state = AttemptState::declined;
    said.decline = DeclineKind::soft;
  } else if (attempt.token.starts_with("pending")) {
    said.state = AttemptState::pending;
  } else if (attempt.token.starts_with("asks")) {
    said.state = AttemptState::needs_action;
  } else {
    said.ref.clear();
    if (attempt.token.starts_with("away")) said.state = AttemptState::not_sent;
  }
  return said;
}

World::World(Catalog catalog, PolicyWords with) : words(with) {
  account.id = sure(AccountId::parse("acme"));
  tenant.id = catalog.tenant;
  now = at("2026-01-01T00:00Z");
  applies(std::move(catalog));
  does(OpenAccount{"US", std::nullopt, {{"name", "Ada"}}});
}

World& World::applies(Catalog catalog) {
  catalog.version = static_cast<std::uint32_t>(catalogs.versions.size()) + 1;
  catalogs.versions.push_back(std::make_shared<const Catalog>(std::move(catalog)));
  Account nobody;
  Entry entry{.tenant = tenant.id,
              .account = {},
              .actor = {"host", ""},
              .key = "",
              .asked_at = now,
              .at = now,
              .catalog = tenant.catalog,
              .command = ApplyCatalog{catalogs.versions.back()->version, "text"},
              .refusal = std::nullopt,
              .facts = {CatalogApplied{catalogs.versions.back()->version, "text"}}};
  apply(nobody, tenant, entry, entries.size() + 1);
  entries.push_back(std::move(entry));
  return *this;
}

const Entry& World::enter(AnyCommand command, const Actor& actor, Instant as_of) {
  Entry entry{.tenant = tenant.id,
              .account = account.id,
              .actor = actor,
              .key = "key-" + std::to_string(entries.size()),
              .asked_at = now,
              .at = as_of,
              .catalog = tenant.catalog,
              .command = std::move(command),
              .refusal = std::nullopt,
              .facts = {}};
  std::vector<Answer> answers;
  for (;;) {
    auto decision = decide(account, tenant, actor, entry.key, entry.command, {as_of, catalogs, answers, digest});
    if (decision.question) {
      const auto& moment = std::get<Moment>(*decision.question);
      const auto instead = policy_says ? policy_says(moment) : std::nullopt;
      answers.push_back(instead ? *instead : Answer(answer_to(moment, words)));
      continue;
    }
    if (decision.failed) throw std::logic_error("a plugin failed: " + decision.failed->text);
    entry.facts = std::move(decision.facts);
    entry.refusal = std::move(decision.refusal);
    break;
  }
  const Account before = watch ? account : Account();
  if (const auto fault = check_facts(account, tenant, entry.facts, as_of))
    ADD_FAILURE() << "these facts would not be written: " << fault->rule << ": " << fault->text;
  apply(account, tenant, entry, entries.size() + 1);
  if (watch) watch(entry, before, account);
  entries.push_back(std::move(entry));
  return entries.back();
}

World& World::receives(CreditAmount credits, GrantSource source, std::optional<Instant> ends_at) {
  advance();
  const CreditTypeRule& type = *catalogs.at(tenant.catalog).credit_type(credits.type);
  Entry entry{.tenant = tenant.id,
              .account = account.id,
              .actor = {"staff", "someone"},
              .key = "key-" + std::to_string(entries.size()),
              .asked_at = now,
              .at = std::max(now, account.last_at),
              .catalog = tenant.catalog,
              .command = ReceiveTransfer{sure(AccountId::parse("other"))},
              .refusal = std::nullopt,
              .facts = {GrantReceived{.grant = {account.last_grant + 1},
                                      .from = sure(AccountId::parse("other")),
                                      .from_grant = {1},
                                      .type = type.id,
                                      .source = source,
                                      .priority = words.plan,
                                      .issued_at = account.opened_at,
                                      .ends_at = ends_at,
                                      .amount = {sure(credits.amount.in_units(type.decimals))},
                                      .cost = Money(0, catalogs.at(tenant.catalog).currency),
                                      .rule = "grants.plan"}}};
  const Account before = watch ? account : Account();
  apply(account, tenant, entry, entries.size() + 1);
  if (watch) watch(entry, before, account);
  entries.push_back(std::move(entry));
  advance();
  return *this;
}

void World::advance() {
  for (int steps = 0; account.due_at <= now; ++steps) {
    const Entry& entry = enter(FallDue{}, {"host", ""}, std::max(account.due_at, account.last_at));
    if (entry.refusal) throw std::logic_error("due work was refused: " + entry.refusal->text);
    if (steps > 2000) throw std::logic_error("due work does not get on");
    play_provider();
  }
}

void World::play_provider() {
  if (!provider_answers) return;
  for (bool again = true; again;) {
    again = false;
    for (const Order& order : account.orders)
      if (!order.attempts.empty() && order.attempts.back().state == AttemptState::started) {
        const Attempt attempt = order.attempts.back();
        enter(PaymentReported{order.id, attempt.number, answer_of(attempt)}, {"provider", ""},
              std::max(account.last_at, attempt.started_at));
        again = true;
        break;
      }
  }
}

World& World::to(std::string_view text) { return to(at(text)); }
World& World::to(Instant when) {
  now = when;
  advance();
  return *this;
}

World& World::does(AnyCommand command) {
  const std::string code = tries(std::move(command), "staff");
  EXPECT_EQ(code, "done") << entries.back().at.text();
  return *this;
}

std::string World::tries(AnyCommand command, std::string role) {
  advance();
  const auto& refusal = enter(std::move(command), {std::move(role), "someone"}, std::max(now, account.last_at)).refusal;
  const std::string code = refusal ? refusal->code : "done";
  play_provider();
  advance();
  return code;
}

std::string World::said(ProviderReport said, std::uint32_t order, std::uint32_t attempt) {
  const Order& of = order == 0 ? account.orders.back() : account.orders.at(order - 1);
  if (attempt == 0) attempt = of.attempts.back().number;
  if (said.state == AttemptState::captured && said.amount.is_zero()) said.amount = of.attempts.at(attempt - 1).amount;
  return tries(PaymentReported{of.id, attempt, said}, "provider");
}

World& World::pays_refunds() {
  const std::vector<Refund> refunds = account.refunds;
  for (const Refund& refund : refunds) {
    if (refund.state == AttemptState::captured) continue;
    ProviderReport paid;
    paid.state = AttemptState::captured;
    paid.amount = refund.amount;
    does(RefundReported{refund.id, paid});
  }
  return *this;
}

World& World::card(std::string token, std::string slot) {
  return does(AddPaymentMethod{
      catalogs.at(tenant.catalog).methods.front().id, std::move(slot), {}, std::move(token), "visa", "4242"});
}

std::int64_t World::credits(std::string_view source, std::string_view type) const {
  std::int64_t sum = 0;
  for (const Grant& grant : account.grants) {
    constexpr std::string_view words_of[] = {"plan",  "rollover", "purchase", "recharge",
                                             "addon", "trial",    "transfer", "correction"};
    if (words_of[static_cast<std::size_t>(grant.source)] != source) continue;
    if (grant.over == GrantOver::working && (type.empty() || grant.type.text() == type)) sum += grant.remaining.units;
  }
  return sum;
}

std::int64_t World::available() const {
  return account.available(catalogs.at(tenant.catalog).credits.front().id, now).units;
}

std::string World::charged() const {
  Money sum;
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::captured) sum += attempt.amount;
  return sum.text();
}

std::string World::refunded() const {
  Money sum;
  for (const Refund& refund : account.refunds)
    if (refund.state == AttemptState::captured) sum += refund.amount;
  return sum.text();
}

std::size_t World::charges() const {
  std::size_t n = 0;
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) n += attempt.state == AttemptState::captured ? 1 : 0;
  return n;
}

std::size_t World::orders(OrderKind kind) const {
  return static_cast<std::size_t>(std::ranges::count(account.orders, kind, &Order::kind));
}

std::string World::quoted() const {
  Money sum;
  for (const Refund& share : unused_shares(Draft(account, tenant, {now, catalogs, {}, digest}))) sum += share.amount;
  return sum.text();
}

}  // namespace florin::test
