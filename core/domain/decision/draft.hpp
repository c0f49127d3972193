#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "domain/accounts/apply.hpp"
#include "domain/calendar/calendar.hpp"
#include "domain/decision/world.hpp"

namespace florin {

/// Thrown by a draft that needs an answer it does not have; decide() turns it into the question.
struct Unanswered {
  Question question;
};
/// Thrown where a plugin that must be heard has failed; decide() gives it on.
struct Failed {
  PluginFailed plugin;
};
/// Thrown where a rule says no; decide() turns it into the refusal.
struct Refused {
  Refusal refusal;
};

[[noreturn]] inline void refuse(std::string code, std::string text, const RuleAt& rule = {}) {
  throw Refused{{std::move(code), std::move(text), rule.text()}};
}

/// A decision being written: each fact takes effect on copies of the state at once, so that what follows reads on from
/// it. Nothing outside is touched.
class Draft {
 public:
  Draft(const Account& state, const TenantState& tenant_state, const World& with)
      : account(state), tenant(tenant_state), world(with), now(with.now) {
    account.last_at = now;
  }

  void add(Fact fact) {
    apply(account, tenant, fact, now);
    facts.push_back(std::move(fact));
  }

  /// What the credit policy says to a moment, and the tax plugin to a sale. Throws Unanswered when it has not been
  /// asked yet, and Failed when it gave no answer.
  const PolicyAnswer& ask(Moment moment) { return heard<PolicyAnswer>(answer_to(std::move(moment))); }
  const TaxAnswer& ask(Sale sale) { return heard<TaxAnswer>(answer_to(std::move(sale))); }

  /// A copy of this one came to nothing, and has heard these answers.
  void skip_answers_to(const Draft& copy) { asked_ = copy.asked_; }
  /// Goes on from where a copy of this one came to.
  void take_over(Draft&& further) {
    account = std::move(further.account);
    tenant = std::move(further.tenant);
    facts = std::move(further.facts);
    asked_ = further.asked_;
  }

  /// The catalog in force.
  const Catalog& catalog() const { return world.catalogs.at(tenant.catalog); }
  /// The one whose prices the running subscription keeps, else the one in force.
  const Catalog& own_catalog() const {
    return account.subscription ? world.catalogs.at(account.subscription->catalog) : catalog();
  }
  Calendar calendar() const { return Calendar(catalog().zone); }

  Account account;
  TenantState tenant;
  const World& world;
  const Instant now;
  Facts facts;
  Seldom<std::string> browser;  ///< of who asks for this, sealed; none: not known, or nobody

 private:
  template <class Said>
  static const Said& heard(const Answer& answer) {
    if (const auto* failed = std::get_if<PluginFailed>(&answer)) throw Failed{*failed};
    return std::get<Said>(answer);
  }
  const Answer& answer_to(Question question) {
    if (asked_ == world.answers.size()) throw Unanswered{std::move(question)};
    return world.answers[asked_++];
  }

  std::size_t asked_ = 0;
};

}  // namespace florin
