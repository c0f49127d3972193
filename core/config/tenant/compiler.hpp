#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/tenant/compile.hpp"
#include "config/tenant/shapes.hpp"

namespace florin::config {

RuleAt rule_at(const Where& at);

std::vector<std::string_view> ids_of(const auto& rules) {
  std::vector<std::string_view> ids;
  for (const auto& rule : rules) {
    if constexpr (requires { rule.id.text(); })
      ids.push_back(rule.id.text());
    else
      ids.push_back(rule.id);
  }
  return ids;
}

/// Turns the shapes into the catalog, and checks what one value alone cannot tell. Each part of the file is read by a
/// function of its name.
class Compiler {
 public:
  Compiler(const yaml::TenantFile& file, const Node& tree, Errors& errors)
      : file_(file), tree_(tree), errors_(errors) {}

  Catalog compile();

 private:
  // ---- What is sold: compile_sold.cpp
  void credit_types();
  std::int32_t months_of(std::string_view id, const yaml::CycleBlock& block);
  /// Each key is either written here or filled in for one account, and a plan needs some of them.
  void per_account(Plan& plan, const yaml::PlanBlock& block);
  void cycles_and_plans();
  /// Without plans a file sells credits that need none; with plans it says how they change and what a failed payment
  /// does.
  void needs_of_plans();
  void conditions_of_plans();
  // ---- What plans allow: compile_entitlements.cpp
  void entitlements();
  void columns(const yaml::EntitlementBlock& block, Entitlement& row);
  void members();
  void minimum();
  void add_on_entitlements(const yaml::AddOnBlock& block, AddOn& add_on);
  void trial();
  void add_ons();
  void add_on_credits(const yaml::AddOnBlock& block, AddOn& add_on);
  void licences();
  void credit_sales();
  /// The largest purchase must have a price.
  void fits(const UnitPrice& price, Credits most, const CreditTypeRule& type, const Where& at);

  // ---- What usage takes: compile_usage.cpp
  void meters();
  void holds();
  void back_dated();
  void properties();
  void auto_recharge();

  // ---- What happens to a subscription: compile_changes.cpp
  ChangeRule change(const yaml::ChangeBlock& block);
  void changes();
  void changes_that_can_be();
  void pause();
  void cancel();
  void dunning();
  void refunds();
  void reviews();

  // ---- How it is paid: compile_payments.cpp
  void payments();
  /// What the host and the plugin read of a processor: all but `plugin`.
  Node processor_config(const ProcessorId& id) const;
  /// What the plugin reads of a method: its own keys and the brands.
  static Node method_config(const yaml::MethodBlock& block);
  void bank_receipts();
  void retries();
  void tries();
  void paid_after_closed();
  void must_try(OrderKind kind, bool occurs, std::string_view because);
  void recharges_by_itself();

  // ---- That what is sold can be used: compile_usable.cpp
  void usable();
  void must_be_taken(const CreditType& type, const Where& at);
  void wallets_stay_open();
  void gates_leave_a_use();
  /// A step that refuses usage refuses buying.
  void dunning_sells_what_works();

  // ---- Who may: compile_people.cpp
  void approvals();
  void roles();
  void gates();

  // ---- Credit policy, tax and numbers: compile_documents.cpp
  void credit_policy();
  /// `CL-000001`: what stays, then zeros and the first number.
  std::string number_pattern(const Written<std::string>& written);
  void documents();
  void seller();
  void tax_code(const Written<std::string>& code);
  void names();
  void messages();
  void by_language(const Written<yaml::Texts>& texts);
  void portal();
  void tax();

  // ---- New versions and notifications: compile_operation.cpp
  void on_new_version();
  void notifications();

  // ---- What every part needs
  void add(std::string code, std::string message, const Where& at);
  /// Says so unless `name` is among the declared ones.
  bool known(std::string_view what, std::string_view name, const std::vector<std::string_view>& declared,
             const Where& at);
  /// Of a currency that is not this file's. What could not be read is not.
  bool foreign(Currency currency) const { return currency && file_.currency && currency != file_.currency; }
  /// Whether two amounts are of two types. What could not be read is of none.
  static bool differ(const CreditType& a, const CreditType& b) { return !a.empty() && !b.empty() && a != b; }
  Money money(const Written<Money>& written);
  UnitPrice unit_price(const Written<UnitPrice>& written);
  Allowed credits(const Written<CreditAmount>& written);
  Allowed credits(const CreditAmount& amount, const Where& at);
  Allowed credits(const Written<yaml::CreditsOrMoney>& written);
  std::vector<Allowed> credits(const std::vector<Written<CreditAmount>>& written);
  void positive(const Allowed& allowed, const Where& at);
  /// Lengths of zero would mean that something is over as it begins.
  Span length(const Written<Span>& written);
  void listed(bool anything, std::string_view what, const Where& at);
  Where where(std::string_view key) const;
  void check_word(const std::string& word, const Written<std::string>& value);
  /// `words` are those of the vocabulary that can be known where this condition is asked.
  Condition condition(const yaml::ConditionBlock& block, std::vector<std::string_view> words);
  std::vector<std::string_view> account_words() const;
  /// Properties of a usage: those that every tenant has, and those that this file declares.
  std::vector<std::string_view> usage_words() const;

  const yaml::TenantFile& file_;
  const Node& tree_;
  Errors& errors_;
  Catalog catalog_;
  std::vector<std::string_view> plan_ids_, cycle_ids_, meter_ids_;
};

/// Whether what is tried for an order can be charged while its customer is away: a method that may is kept in a slot.
bool charged_by_itself(const Catalog& catalog, const TryRule& rule);

}  // namespace florin::config
