#include "config/tenant/tenant.hpp"

#include <algorithm>
#include <chrono>

#include "config/host_file.hpp"
#include "config/tenant/presentation.hpp"
#include "domain/documents/number.hpp"
#include "shipped.hpp"

namespace florin::config {
namespace {

std::string file_of(const RuleAt& at) { return std::filesystem::path(at.file.text()).filename().string(); }

std::string given(const CycleRule& cycle) {
  std::string text = cycle.price.text();
  for (const Allowed& allowed : cycle.gives)
    text += ", " + std::to_string(allowed.amount.units) + " " + allowed.type.text();
  return text;
}

std::string cycles_of(const Catalog& catalog, std::string_view plan) {
  std::string text;
  for (const CycleRule& cycle : catalog.plan(*PlanId::parse(plan))->cycles)
    text += cycle.id + "/" + std::to_string(cycle.months) + ": " + given(cycle) + "; ";
  return text;
}

TEST(Tenants, CallLoop) {
  const Catalog catalog = shipped_tenant("callloop").catalog;
  EXPECT_EQ(catalog.tenant.text(), "callloop");
  EXPECT_EQ(catalog.zone.name, "America/Denver");
  EXPECT_EQ(cycles_of(catalog, "pay_as_you_go"), "monthly/1: 0.00 USD; ");
  EXPECT_EQ(cycles_of(catalog, "lite"), "monthly/1: 15.00 USD, 250 message; ");
  EXPECT_EQ(cycles_of(catalog, "starter"), "monthly/1: 25.00 USD, 500 message; annual/12: 250.00 USD, 6000 message; ");
  EXPECT_EQ(cycles_of(catalog, "growth"), "monthly/1: 49.00 USD, 1000 message; annual/12: 490.00 USD, 12000 message; ");
  EXPECT_EQ(cycles_of(catalog, "pro"), "monthly/1: 249.00 USD, 7500 message; annual/12: 2490.00 USD, 90000 message; ");
  const Plan& pro = *catalog.plan(*PlanId::parse("pro"));
  EXPECT_EQ(pro.credit_price->times(Credits{1000}, 0, Rounding::half_up).text(), "33.20 USD");
  EXPECT_EQ(catalog.trial->lasts->text(), "14 days");
  EXPECT_EQ(catalog.trial->gives[0].amount.units, 25);
  EXPECT_EQ(catalog.trial->plan_picked_inside, Trial::PlanPicked::starts_when_trial_ends);
  const Meter& sms = *catalog.meter(*MeterId::parse("sms"));
  EXPECT_EQ(sms.takes.units, 1);
  EXPECT_EQ(sms.per_started, (Quantity{160'000'000, "character"}));
  EXPECT_EQ(sms.at_least, 1);
  const Meter& voice = *catalog.meter(*MeterId::parse("voice"));
  EXPECT_EQ(voice.per_started, (Quantity{60'000'000, "second"}));
  EXPECT_EQ(voice.at_least, 0);
  const Meter& ringless = *catalog.meter(*MeterId::parse("ringless"));
  ASSERT_TRUE(ringless.only_if && ringless.only_if->size() == 1);
  EXPECT_EQ(ringless.only_if->front().word, "outcome");
  EXPECT_EQ(ringless.only_if->front().any_of, std::vector<std::string>{"delivered"});
  EXPECT_EQ(catalog.credit_sales->at_most.units, 100'000);
  EXPECT_EQ(catalog.auto_recharge->each_day, 3);
  EXPECT_EQ(catalog.auto_recharge->suspend_after, 3);
  EXPECT_EQ(catalog.auto_recharge->threshold_at_least.units, 1);
  EXPECT_EQ(catalog.auto_recharge->waits_for, (std::vector<std::string>{"renewal", "plan_change", "past_due"}));
  EXPECT_EQ(catalog.upgrade.when, ChangeRule::When::now);
  EXPECT_EQ(catalog.upgrade.cycle, ChangeRule::Cycle::restarts);
  EXPECT_EQ(catalog.upgrade.pays, ChangeRule::Pays::full_price);
  EXPECT_EQ(catalog.upgrade.credits, ChangeRule::Gives::full);
  EXPECT_EQ(catalog.downgrade.when, ChangeRule::When::next_renewal);
  EXPECT_EQ(catalog.cancel.then, CancelRule::Then::ended);
  ASSERT_EQ(catalog.past_due.size(), 4U);
  EXPECT_EQ(catalog.past_due[2].after.text(), "7 days");
  EXPECT_TRUE(catalog.past_due[2].try_again && catalog.past_due[2].tell && catalog.past_due[2].usage_refused.value());
  EXPECT_FALSE(catalog.past_due[0].usage_refused.value());
  EXPECT_FALSE(catalog.past_due[1].usage_refused);
  EXPECT_TRUE(catalog.past_due[3].cancel);
  EXPECT_EQ(catalog.guarantee->asked_within.text(), "30 days");
  EXPECT_EQ(catalog.guarantee->covers, (std::vector<std::string>{"subscription", "purchase", "recharge"}));
  EXPECT_EQ(catalog.holds->longest.text(), "24 hours");
  EXPECT_EQ(catalog.tries_for("subscription")->slots, (std::vector<std::string>{"primary", "backup"}));
  EXPECT_EQ(catalog.tries_for("purchase")->slots, (std::vector<std::string>{"chosen"}));
  const Method& card = *catalog.method(*MethodId::parse("card"));
  EXPECT_EQ(card.config, R"({"brands":["visa","mastercard","amex","discover"]})");
  EXPECT_EQ(card.brands.size(), 4U);
  EXPECT_TRUE(card.without_customer);
  EXPECT_EQ(card.order_open.text(), "1 hour");
  EXPECT_EQ(catalog.processors[0].plugin, "sandbox");
  EXPECT_EQ(catalog.processors[0].config, "{}");
  EXPECT_EQ(catalog.policy_plugin, "standard");
  EXPECT_EQ(
      catalog.policy_config,
      R"({"spend_order":["trial","rollover","plan",["purchase","recharge"],"correction"],)"
      R"("grants":{"trial":{"ends":"end_of_trial"},"plan":{"ends":"end_of_cycle"},)"
      R"("rollover":{"from":["plan"],"at":["renewal","upgrade","cycle_change"],"ends":"30 days","again":"false"},)"
      R"("purchase":{"ends":"12 months"},"recharge":{"ends":"12 months"},"correction":{"ends":"12 months"}}})");
  EXPECT_EQ(catalog.cancel.credits, CancelRule::KeptCredits::forfeit_all);
  EXPECT_EQ(catalog.pause->longest.text(), "90 days");
  EXPECT_EQ(document_number(catalog.invoice_numbers, 42), "CL-000042");
  EXPECT_EQ(catalog.roles[0].may, std::vector<std::string>{"everything"});
  EXPECT_EQ(catalog.roles[2].may, (std::vector<std::string>{"see", "use"}));
}

TEST(Tenants, WhatPeopleReadIsInTheirLanguage) {
  const Tenant tenant = shipped_tenant("callloop");
  const Presentation german = presentation_of(tenant, "de");
  EXPECT_EQ(german.language, "de");
  EXPECT_EQ(german.languages, (std::vector<std::string>{"en", "de"}));
  EXPECT_EQ(german.name_of("message"), "Nachrichten");
  EXPECT_EQ(german.name_of("sms"), "SMS") << "one text is for everybody";
  EXPECT_EQ(presentation_of(tenant).name_of("message"), "message credits");
  EXPECT_EQ(presentation_of(tenant, "hi").language, "en");
  EXPECT_EQ(german.language_for({"fr", "DE-at", "en"}), "de");
  EXPECT_EQ(german.language_for({"fr", ""}), "en");
  const Tenant exotel = shipped_tenant("exotel");
  const auto gates = presentation_of(exotel, "hi").gates;
  ASSERT_FALSE(gates.empty());
  EXPECT_EQ(gates.front().first, "Your KYC verification has to be approved first.") << "as it is decided";
  EXPECT_EQ(exotel.catalog.gates.front().says, gates.front().first);
  EXPECT_NE(gates.front().second, gates.front().first);
  EXPECT_TRUE(presentation_of(exotel).gates.empty());
}

TEST(Tenants, EveryRuleKnowsWhoSaysIt) {
  const Catalog catalog = shipped_tenant("callloop").catalog;
  EXPECT_EQ(file_of(catalog.upgrade.at), "rollover.yaml");
  EXPECT_EQ(file_of(catalog.policy_at), "rollover.yaml");
  EXPECT_EQ(file_of(catalog.roles_at), "rollover.yaml");
  EXPECT_EQ(file_of(catalog.guarantee->at), "callloop.yaml");
  for (const auto& at : {catalog.upgrade.at, catalog.policy_at, catalog.roles_at, catalog.refunds_at,
                         catalog.methods_at, catalog.guarantee->at, catalog.plans[0].at, catalog.past_due[3].at})
    EXPECT_GT(at.line, 0U);
  EXPECT_EQ(catalog.past_due[3].at.line, catalog.past_due[0].at.line + 3);
}

TEST(Tenants, Salesmsg) {
  const Catalog catalog = shipped_tenant("salesmsg").catalog;
  EXPECT_EQ(cycles_of(catalog, "basic"), "monthly/1: 25.00 USD, 500 message; annual/12: 250.00 USD, 6000 message; ");
  EXPECT_EQ(cycles_of(catalog, "standard"),
            "monthly/1: 49.00 USD, 1000 message; annual/12: 490.00 USD, 12000 message; ");
  EXPECT_EQ(catalog.upgrade.cycle, ChangeRule::Cycle::keeps);
  EXPECT_EQ(catalog.upgrade.pays, ChangeRule::Pays::prorated_difference);
  EXPECT_EQ(catalog.upgrade.credits, ChangeRule::Gives::prorated_difference);
  EXPECT_EQ(catalog.downgrade.when, ChangeRule::When::next_renewal);
  EXPECT_EQ(catalog.policy_config.find("rollover"), std::string::npos);
  EXPECT_NE(catalog.policy_config.find(R"("purchase":{"ends":"never"})"), std::string::npos);
  EXPECT_FALSE(catalog.trial);
  EXPECT_FALSE(catalog.guarantee);
  EXPECT_EQ(file_of(catalog.refunds_at), "salesmsg.yaml");
}

TEST(Tenants, Exotel) {
  const Catalog catalog = shipped_tenant("exotel").catalog;
  EXPECT_EQ(cycles_of(catalog, "starter"),
            "monthly/1: 2000.00 INR; quarterly/3: 5700.00 INR; annual/12: 20400.00 INR; ");
  EXPECT_EQ(catalog.plan(*PlanId::parse("growth"))->first_credits->text(), "5000.00 INR");
  EXPECT_EQ(catalog.credits[0].decimals, 4);
  EXPECT_EQ(catalog.credits[0].is_money.code(), "INR");
  EXPECT_EQ(catalog.meter(*MeterId::parse("voice"))->takes.units, 3000);
  EXPECT_EQ(catalog.meter(*MeterId::parse("sms"))->takes.units, 1825);
  EXPECT_EQ(catalog.trial->gives[0].amount.units, 5'000'000);
  EXPECT_FALSE(catalog.trial->lasts);
  EXPECT_EQ(catalog.credit_sales->at_least.units, 5'000'000);
  EXPECT_EQ(catalog.credit_sales->price->times(Credits{5'000'000}, 4, Rounding::half_up).text(), "500.00 INR");
  EXPECT_EQ(catalog.auto_recharge->threshold_at_least.units, 10'000);
  EXPECT_EQ(catalog.approvals, (std::vector<std::string>{"kyc", "dlt"}));
  ASSERT_EQ(catalog.gates.size(), 6U);
  EXPECT_EQ(catalog.gates[0].actions, (std::vector<std::string>{"upgrade_from_trial", "subscribe", "go_live"}));
  EXPECT_EQ(catalog.gates[0].needs[0].word, "kyc");
  EXPECT_EQ(catalog.gates[3].applies_if.size(), 3U);
  EXPECT_TRUE(catalog.gates[4].refuse);
  EXPECT_EQ(catalog.cancel.then, CancelRule::Then::limited);
  EXPECT_EQ(catalog.holds->used_more_than_held, HoldRule::UsedMore::owe);
  const Method& upi = *catalog.method(*MethodId::parse("upi"));
  EXPECT_EQ(upi.config, "{}");
  EXPECT_EQ(upi.offered_to[0].any_of, std::vector<std::string>{"IN"});
  EXPECT_EQ(catalog.cancel.credits, CancelRule::KeptCredits::keep_frozen);
  EXPECT_EQ(catalog.cancel.keep_for.text(), "180 days");
  EXPECT_FALSE(catalog.pause);
}

TEST(Tenants, Kaspr) {
  const Catalog catalog = shipped_tenant("kaspr").catalog;
  EXPECT_EQ(catalog.currency.code(), "EUR");
  EXPECT_EQ(catalog.zone.name, "Europe/Paris");
  EXPECT_EQ(cycles_of(catalog, "business"),
            "monthly/1: 60.00 EUR, 200 phone, 200 email, 1000 export; "
            "annual/12: 600.00 EUR, 2400 phone, 2400 email, 12000 export; ");
  EXPECT_TRUE(std::ranges::all_of(catalog.plans, &Plan::by_licence));
  EXPECT_TRUE(catalog.licences->added_by_day);
  EXPECT_EQ(file_of(catalog.licences->at), "seats.yaml");
  const AddOn& phone = *catalog.add_on(*AddOnId::parse("phone_100"));
  EXPECT_EQ(phone.sells.amount.units, 100);
  EXPECT_TRUE(phone.whole_inside_period);
  EXPECT_EQ(phone.prices[1].cycle, "annual");
  EXPECT_EQ(phone.prices[1].price.text(), "200.00 EUR");
  EXPECT_EQ(phone.prices[1].sells->units, 1200);
  EXPECT_FALSE(phone.prices[0].sells);
  EXPECT_FALSE(catalog.credit_sales);
  EXPECT_NE(catalog.tries_for("addon"), nullptr);
}

TEST(Tenants, TheHostsFileNamesThemAll) {
  Errors errors;
  const HostFile host = load_host_file(shipped("florin.yaml"), errors);
  EXPECT_EQ(text_of(errors), "");
  ASSERT_EQ(host.tenants.size(), 4U);
  EXPECT_EQ(host.tenants[0].filename(), "callloop.yaml");
  EXPECT_EQ(host.data.filename(), "data");
  EXPECT_FALSE(host.plugin_pins);
  const Checked checked = check_files({shipped("florin.yaml")});
  EXPECT_EQ(text_of(checked.errors), "");
  EXPECT_EQ(checked.tenants.size(), 4U);
}

TEST(Tenants, AreCheckedInAnInstant) {
  const auto start = std::chrono::steady_clock::now();
  (void)check_files({shipped("florin.yaml")});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(Tenants, EffectiveTextReadsBackToTheSameRules) {
  for (const std::string_view name : {"callloop", "salesmsg", "exotel", "kaspr"}) {
    const Tenant tenant = shipped_tenant(name);
    const std::string text = effective(tenant);
    EXPECT_EQ(text.find("uses:"), std::string::npos);
    Errors errors;
    const Tenant again = read_effective(text, "stored", errors);
    EXPECT_EQ(text_of(errors), "");
    EXPECT_EQ(effective(again), text);
    EXPECT_EQ(json_text(again.tree), json_text([&] {
                Node tree = tenant.tree;
                std::erase_if(tree.children, [](const Node& child) { return child.key == "uses"; });
                return tree;
              }()));
    const Catalog &a = tenant.catalog, &b = again.catalog;
    EXPECT_EQ(a.policy_config, b.policy_config);
    EXPECT_EQ(a.policy_at.text(), b.policy_at.text());
    EXPECT_EQ(a.upgrade.at.text(), b.upgrade.at.text());
    EXPECT_EQ(a.refunds_at.text(), b.refunds_at.text());
    ASSERT_EQ(a.plans.size(), b.plans.size());
    for (std::size_t i = 0; i < a.plans.size(); ++i) {
      EXPECT_EQ(a.plans[i].at.text(), b.plans[i].at.text());
      EXPECT_EQ(cycles_of(a, a.plans[i].id.text()), cycles_of(b, a.plans[i].id.text()));
      if (!a.plans[i].cycles.empty()) {
        EXPECT_EQ(a.plans[i].cycles[0].at.text(), b.plans[i].cycles[0].at.text());
      }
    }
    for (std::size_t i = 0; i < a.past_due.size(); ++i) EXPECT_EQ(a.past_due[i].at.text(), b.past_due[i].at.text());
    for (std::size_t i = 0; i < a.gates.size(); ++i) {
      EXPECT_EQ(a.gates[i].at.text(), b.gates[i].at.text());
      EXPECT_EQ(a.gates[i].says, b.gates[i].says);
    }
  }
}

TEST(Tenants, EffectiveTextKeepsAwkwardWords) {
  Tenant tenant;
  tenant.tree =
      *parse_yaml("a: 'true'\nb: \"#x: y\"\nc: [no, 'null', '', '- x', '~', \"a\\nb\"]\n'd: e': {}\nf: -5\n", "f.yaml");
  const auto again = parse_yaml(effective(tenant), "again");
  ASSERT_TRUE(again);
  EXPECT_EQ(json_text(*again), json_text(tenant.tree));
}

TEST(Tenants, PluginsPointersLeadToTheLine) {
  const Tenant tenant = shipped_tenant("callloop");
  const Where ends = locate(tenant, "credit_policy", "/grants/rollover/ends");
  EXPECT_EQ(std::filesystem::path(ends.file).filename(), "rollover.yaml");
  EXPECT_EQ(ends.path, "credit_policy.grants.rollover.ends");
  EXPECT_EQ(ends.line, tenant.tree.child("credit_policy")->child("grants")->child("rollover")->line);
  const Where word = locate(tenant, "credit_policy", "/spend_order/3/1");
  EXPECT_EQ(word.path, "credit_policy.spend_order[3][1]");
  EXPECT_GT(word.column, 40U);
  const Where brand = locate(tenant, "payments.methods.card", "/brands/9");
  EXPECT_EQ(brand.path, "payments.methods.card.brands");
  EXPECT_EQ(std::filesystem::path(brand.file).filename(), "callloop.yaml");
  EXPECT_EQ(locate(tenant, "credit_policy", "").path, "credit_policy");
  EXPECT_EQ(locate(tenant, "nothing", "/x").path, "");
}

}  // namespace
}  // namespace florin::config
