#include <fmt/format.h>

#include <algorithm>

#include "ops/plugin_check/rules.hpp"

/// Credit policies, over random lives; taxes, over random sales.
namespace florin::plugin_check {

namespace {

std::string shown(const PolicyAnswer& answer) {
  std::string text = answer.refused_rule + "|" + answer.refused_text;
  for (const PolicyDecision& one : answer.decisions)
    text +=
        fmt::format("\n{} {} {} {} {} {} {}.{}.{}.{} {}", static_cast<int>(one.kind), one.grant.value, one.type.text(),
                    one.amount.units, static_cast<int>(one.source), one.priority, static_cast<int>(one.end.kind),
                    static_cast<int>(one.end.after.unit), one.end.after.count, one.end.at.us, one.rule);
  return text;
}

std::string shown(const TaxAnswer& answer) {
  std::string text = answer.refused_rule + "|" + answer.refused_text;
  for (const TaxRate& one : answer.rates)
    text += fmt::format("\n{} {} {}/{}", one.line, one.name, one.rate.over, one.rate.under);
  return text;
}

constexpr std::int64_t day = 86'400'000'000;
constexpr int moments_of_a_life = 12;

/// An account's grants as a host would keep them, with what a policy decides carried out.
class Life {
 public:
  explicit Life(std::uint64_t seed) : dice_(seed) {
    now_.at = {1'767'225'600'000'000 + dice_.upto(700) * day};  // some day from 2026 on
    now_.plan = "growth";
    now_.cycle = dice_.upto(1) == 0 ? "monthly" : "annual";
  }
  const Moment& next() {
    now_.at = {now_.at.us + dice_.upto(40) * day + dice_.upto(day - 1)};
    now_.kind = static_cast<MomentKind>(dice_.upto(static_cast<std::int64_t>(MomentKind::corrected)));
    now_.reason = now_.kind == MomentKind::period_ended
                      ? static_cast<PeriodEnd>(1 + dice_.upto(static_cast<std::int64_t>(PeriodEnd::cancel) - 1))
                      : PeriodEnd::none;
    now_.period_from = {now_.at.us - dice_.upto(30) * day};
    now_.period_to = {now_.at.us + (1 + dice_.upto(365)) * day};
    if (dice_.upto(9) == 0) now_.period_to = {};
    if (now_.kind == MomentKind::period_ended || now_.kind == MomentKind::trial_ended) {
      // It is the one that is over: at its end, or before when something else began.
      now_.period_from = {now_.at.us - (1 + dice_.upto(30)) * day};
      now_.period_to = {now_.at.us + (now_.reason == PeriodEnd::renewal ? 0 : dice_.upto(30) * day)};
    }
    now_.includes.clear();
    if (now_.kind != MomentKind::period_ended && now_.kind != MomentKind::trial_ended)
      for (std::int64_t i = dice_.upto(2); i > 0; --i) now_.includes.push_back({type(), {1 + dice_.upto(amount())}});
    now_.today = {static_cast<std::int16_t>(2026 + dice_.upto(4)), static_cast<std::uint8_t>(1 + dice_.upto(11)),
                  static_cast<std::uint8_t>(1 + dice_.upto(27))};
    std::erase_if(now_.grants, [&](const Grant& grant) { return grant.ends_at && *grant.ends_at <= now_.at; });
    for (Grant& grant : now_.grants) {
      grant.held = {dice_.upto(3) == 0 ? dice_.upto(grant.remaining.units) : 0};
      grant.remaining = {
          std::max<std::int64_t>(grant.held.units, grant.remaining.units - dice_.upto(grant.remaining.units))};
    }
    std::erase_if(now_.grants, [](const Grant& grant) { return grant.remaining.units == 0; });
    return now_;
  }
  void follow(const PolicyAnswer& answer) {
    for (const PolicyDecision& one : answer.decisions) {
      if (one.kind == PolicyDecision::Kind::issue) {
        add(one, one.type, one.amount);
        continue;
      }
      const auto at = std::ranges::find(now_.grants, one.grant, &Grant::id);
      if (at == now_.grants.end()) continue;
      if (one.kind == PolicyDecision::Kind::roll) {
        const Grant old = *at;
        now_.grants.erase(at);
        const std::int64_t whole = old.remaining.units - old.held.units, part = one.amount.units;
        add(one, old.type, {std::max<std::int64_t>(1, part == 0 ? whole : std::min(whole, part))});
      } else if (one.kind == PolicyDecision::Kind::move_end) {
        at->ends_at = end_of(one.end);
      } else {
        now_.grants.erase(at);
      }
    }
  }

 private:
  CreditType type() { return *CreditType::parse(dice_.upto(1) == 0 ? "message" : "minute"); }
  std::int64_t amount() { return dice_.upto(20) == 0 ? 1'000'000'000'000 : 5'000; }
  std::optional<Instant> end_of(const GrantEnd& end) const {
    switch (end.kind) {
      case GrantEnd::Kind::never: return std::nullopt;
      case GrantEnd::Kind::at: return end.at;
      case GrantEnd::Kind::with_period: return now_.period_to.us == 0 ? std::nullopt : std::optional(now_.period_to);
      case GrantEnd::Kind::after: break;
    }
    const std::int64_t unit = end.after.unit == Span::Unit::seconds ? 1'000'000
                              : end.after.unit == Span::Unit::days  ? day
                                                                    : 30 * day;
    return Instant{now_.at.us + end.after.count * unit};
  }
  void add(const PolicyDecision& one, const CreditType& of, Credits amount) {
    if (now_.grants.size() > 40) return;
    Grant grant{.id = {++last_}, .type = of};
    grant.source = one.source;
    grant.priority = one.priority;
    grant.issued_at = now_.at;
    grant.ends_at = end_of(one.end);
    grant.granted = grant.remaining = amount;
    grant.rule = one.rule;
    now_.grants.push_back(std::move(grant));
  }

  Dice dice_;
  Moment now_;
  std::uint32_t last_ = 0;
};

std::string see_life(int life, int moment) { return fmt::format("random life {}, its moment {}", life, moment + 1); }

Sale random_sale(Dice& dice) {
  static constexpr const char* countries[] = {"", "DE", "FR", "US", "IN", "BR", "GB", "XX"};
  static constexpr const char* kinds[] = {"subscription", "purchase", "recharge", "change", ""};
  static constexpr const char* currencies[] = {"EUR", "JPY", "KWD"};
  Sale sale;
  sale.billing_country = countries[dice.upto(7)];
  if (dice.upto(1) == 0) sale.billing_state = sale.billing_country == "IN" ? "KA" : "CA";
  sale.kind = kinds[dice.upto(4)];
  sale.on = {static_cast<std::int16_t>(2020 + dice.upto(12)), static_cast<std::uint8_t>(1 + dice.upto(11)),
             static_cast<std::uint8_t>(1 + dice.upto(27))};
  const Currency currency = *Currency::parse(currencies[dice.upto(2)]);
  for (std::int64_t i = dice.upto(4); i >= 0; --i)
    sale.lines.emplace_back(dice.upto(9) == 0 ? 0 : dice.upto(dice.upto(9) == 0 ? 100'000'000'000 : 100'000), currency);
  return sale;
}

}  // namespace

void check_policy(Notes& notes, const Subject& subject) {
  notes.hold("policy.lives", [&] {
    const auto library = subject.open();
    const CreditPolicy policy = must(library.credit_policy(subject.id(), subject.setup()));
    int decisions = 0;
    for (int number = 0; number < subject.lives(); ++number) {
      Life life(static_cast<std::uint64_t>(number) + 1);
      for (int i = 0; i < moments_of_a_life; ++i) {
        const PolicyAnswer answer = must(policy.decide(life.next()), see_life(number, i));
        decisions += static_cast<int>(answer.decisions.size());
        life.follow(answer);
      }
    }
    return fmt::format("{} random lives of {} moments: {} decisions, each of them possible", subject.lives(),
                       moments_of_a_life, decisions);
  });
  notes.hold("policy.pure", [&] {
    const auto here = subject.open(), again = subject.open(), odd = subject.open(Subject::Runs::odd);
    const CreditPolicy first = must(here.credit_policy(subject.id(), subject.setup())),
                       second = must(again.credit_policy(subject.id(), subject.setup())),
                       third = must(odd.credit_policy(subject.id(), subject.setup()));
    for (int number = 0; number < subject.lives() / 5; ++number) {
      Life life(static_cast<std::uint64_t>(number) + 1);
      for (int i = 0; i < moments_of_a_life; ++i) {
        const Moment now = life.next();
        const PolicyAnswer answer = must(first.decide(now), see_life(number, i));
        const std::string said = shown(answer);
        if (shown(must(first.decide(now))) != said)
          throw Broken{"the same moment asked twice got two answers", see_life(number, i)};
        if (shown(must(second.decide(now))) != said)
          throw Broken{"another process answered the same moment in another way", see_life(number, i)};
        if (shown(must(third.decide(now),
                       "every text ends at the end of a page, and the first answer's room is small")) != said)
          throw Broken{"with little room and another rounding of fractions the same moment got another answer",
                       see_life(number, i)};
        life.follow(answer);
      }
    }
    return std::string(
        "the same moments got the same answers: twice, in another process, with little room, texts at the "
        "end of a page, and another rounding");
  });
}

void check_tax(Notes& notes, const Subject& subject) {
  notes.hold("tax.sales", [&] {
    const auto library = subject.open();
    const TaxPlugin tax = must(library.tax(subject.id(), subject.setup()));
    Dice dice(1);
    int rates = 0, refused = 0;
    for (int number = 0; number < subject.lives(); ++number) {
      const TaxAnswer answer = must(tax.taxes(random_sale(dice)), fmt::format("random sale {}", number));
      rates += static_cast<int>(answer.rates.size());
      refused += answer.refused_rule.empty() ? 0 : 1;
    }
    return fmt::format("{} random sales: {} rates, {} refused, each line's taxes at most its price", subject.lives(),
                       rates, refused);
  });
  notes.hold("tax.pure", [&] {
    const auto here = subject.open(), odd = subject.open(Subject::Runs::odd);
    const TaxPlugin first = must(here.tax(subject.id(), subject.setup())),
                    other = must(odd.tax(subject.id(), subject.setup()));
    Dice dice(2);
    for (int number = 0; number < subject.lives() / 5; ++number) {
      const Sale sale = random_sale(dice);
      const std::string said = shown(must(first.taxes(sale)));
      if (shown(must(first.taxes(sale))) != said || shown(must(other.taxes(sale))) != said)
        throw Broken{"the same sale got two answers", fmt::format("random sale {}", number)};
    }
    return std::string(
        "the same sales got the same answers, in another process, with little room and another rounding");
  });
}

}  // namespace florin::plugin_check
