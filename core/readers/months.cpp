#include "readers/months.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <set>

#include "domain/accounts/apply.hpp"
#include "domain/documents/month.hpp"
#include "readers/fold.hpp"

namespace florin::readers {

namespace {

/// What is left of one grant's value.
struct Worth {
  CreditType type;
  std::int64_t value = 0, credits = 0;          // came in
  std::int64_t value_out = 0, credits_out = 0;  // left so far

  /// The value that leaves with `amount`.
  std::int64_t leave(Credits amount) {
    credits_out = add(credits_out, amount.units);
    const std::int64_t out = credits == 0 ? 0 : std::max(value_out, scale(value, credits_out, credits, Rounding::down));
    return out - std::exchange(value_out, out);
  }
};

class Books {
 public:
  Books(const TenantId& tenant, const Catalog& catalog, const std::vector<ClosedMonth>& closed)
      : catalog_(catalog), calendar_(catalog.zone), closed_(closed) {
    state_.id = tenant;
  }

  void take(const Entry& entry, store::Position position) {
    if (entry.account.empty()) {
      Account nobody;
      apply(nobody, state_, entry, position);
      return;
    }
    std::string month = month_of(calendar_, entry.at);
    for (const ClosedMonth& one : closed_)
      if (one.up_to < position && month <= one.month) month = month_after(one.month);
    if (first_.empty() || month < first_) first_ = month;
    Account& account = accounts_[entry.account.text()];
    account.id = entry.account;
    month_ = std::move(month);
    account_ = &account;
    if (lost_.contains(entry.account.text())) return;
    try {
      for (const Fact& fact : entry.facts) {
        std::visit(*this, fact);
        apply(account, state_, fact, entry.at);
      }
    } catch (const std::exception&) {
      lost_.insert(entry.account.text());  // `florin verify` says which
    }
  }

  /// All months up to the one of `now`, in order.
  std::vector<ClosedMonth> months(Instant now) {
    std::vector<ClosedMonth> all;
    if (first_.empty()) return all;
    const std::string last = month_of(calendar_, now);
    std::map<CreditType, MonthLine> before;
    for (std::string month = first_; month <= last; month = month_after(month)) {
      ClosedMonth one{.month = month, .up_to = 0, .lines = {}, .written_off = money(written_off_[month])};
      for (const CreditTypeRule& type : catalog_.credits) {
        MonthLine line = lines_[{month, type.id}];
        line.type = type.id;
        line.before = before[type.id].after;
        line.before_money = before[type.id].after_money;
        line.after = line.before + line.issued - line.used - line.gone - line.returned;
        line.after_money = money(line.before_money.minor() + line.issued_money.minor() - line.used_money.minor() -
                                 line.gone_money.minor() - line.returned_money.minor());
        for (Money* amount :
             {&line.before_money, &line.issued_money, &line.used_money, &line.gone_money, &line.returned_money})
          *amount = money(amount->minor());
        before[type.id] = line;
        one.lines.push_back(std::move(line));
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  void operator()(const GrantIssued& fact) {
    Worth worth{.type = fact.type, .value = value_of(fact), .credits = fact.amount.units};
    MonthLine& line = line_of(fact.type);
    line.issued += fact.amount;
    line.issued_money += money(worth.value);
    worths_[name(fact.grant)] = std::move(worth);
  }
  void operator()(const GrantRolled& fact) {
    Worth& from = worths_[name(fact.from)];
    const std::int64_t value = from.leave(fact.amount);
    const CreditType type = from.type;
    Worth& into = worths_[name(fact.into)];
    into.type = type;
    into.value = add(into.value, value);
    into.credits = add(into.credits, fact.amount.units);
  }
  void operator()(const CreditsSpent& fact) { leave(fact.takes, &MonthLine::used, &MonthLine::used_money); }
  void operator()(const HoldClosed& fact) { leave(fact.spent, &MonthLine::used, &MonthLine::used_money); }
  void operator()(const MinimumTaken& fact) { leave(fact.takes, &MonthLine::used, &MonthLine::used_money); }
  /// Between two accounts of the tenant: its month stays as it was, and the value goes along.
  void operator()(const GrantTransferred& fact) {
    moving_[name(fact.grant)] = worths_[name(fact.grant)].leave(fact.amount);
  }
  void operator()(const GrantReceived& fact) {
    const auto value = moving_.extract({fact.from.text(), fact.from_grant.value});
    worths_[name(fact.grant)] =
        Worth{.type = fact.type, .value = value ? value.mapped() : 0, .credits = fact.amount.units};
  }
  void operator()(const CreditsOwedTaken& fact) {
    leave({{fact.grant, fact.amount}}, &MonthLine::used, &MonthLine::used_money);
  }
  void operator()(const GrantExpired& fact) {
    leave({{fact.grant, fact.amount}}, &MonthLine::gone, &MonthLine::gone_money);
  }
  void operator()(const GrantForfeited& fact) {
    leave({{fact.grant, fact.amount}}, &MonthLine::gone, &MonthLine::gone_money);
  }
  void operator()(const GrantAdjusted& fact) {
    leave({{fact.grant, fact.amount}}, &MonthLine::gone, &MonthLine::gone_money);
  }
  void operator()(const GrantRefunded& fact) {
    leave({{fact.grant, fact.amount}}, &MonthLine::returned, &MonthLine::returned_money);
  }
  void operator()(const CreditsTakenBack& fact) {
    Worth& worth = worths_[name(fact.grant)];
    const std::int64_t value = worth.leave(fact.amount);
    taken_[{name(fact.grant), fact.ref}] += value;
    MonthLine& line = line_of(worth.type);
    line.returned += fact.amount;
    line.returned_money += money(value);
  }
  /// With the value that it had when it was taken.
  void operator()(const CreditsGivenBack& fact) {
    Worth& worth = worths_[name(fact.grant)];
    const std::int64_t value = taken_[{name(fact.grant), fact.ref}];
    worth.value_out = subtract(worth.value_out, value);
    worth.credits_out = subtract(worth.credits_out, fact.amount.units);
    MonthLine& line = line_of(worth.type);
    line.returned -= fact.amount;
    line.returned_money -= money(value);
  }
  void operator()(const AmountWrittenOff& fact) { write_off(fact.amount); }
  void operator()(const OrderSettled& fact) { write_off(fact.written_off); }
  void operator()(const OrderReopened& fact) { write_off(-fact.written_off); }
  template <class Other>
  void operator()(const Other&) {}

 private:
  void write_off(const Money& amount) { written_off_[month_] = add(written_off_[month_], amount.minor()); }
  Money money(std::int64_t minor) const { return {minor, catalog_.currency}; }
  MonthLine& line_of(const CreditType& type) { return lines_[{month_, type}]; }
  std::pair<std::string, std::uint32_t> name(GrantId grant) const { return {account_->id.text(), grant.value}; }

  void leave(const std::vector<Take>& takes, Credits MonthLine::* credits, Money MonthLine::* value) {
    for (const Take& take : takes) {
      Worth& worth = worths_[name(take.grant)];
      MonthLine& line = line_of(worth.type);
      line.*credits += take.amount;
      line.*value += money(worth.leave(take.amount));
    }
  }

  /// In minor units.
  std::int64_t value_of(const GrantIssued& fact) {
    const CreditTypeRule* type = catalog_.credit_type(fact.type);
    if (!fact.paid.is_zero()) return fact.paid.minor();
    if (!fact.paid_by) return 0;
    if (type != nullptr && type->is_money)
      return scale(fact.amount.units, power_of_ten(type->is_money.exponent()), power_of_ten(type->decimals),
                   Rounding::half_up);
    const Order& order = *account_->order(fact.paid_by);
    const std::int64_t all = order.brings(fact.type).units, price = order.price_of(fact.type).minor();
    if (all == 0) return 0;
    // By what the order has issued so far, so that its shares add up to its price.
    const std::int64_t so_far = account_->issued_by(fact.paid_by, fact.type).units;
    const std::int64_t up_to = std::min(all, add(so_far, fact.amount.units));
    return scale(price, up_to, all, Rounding::half_up) - scale(price, std::min(all, so_far), all, Rounding::half_up);
  }

  const Catalog& catalog_;
  Calendar calendar_;
  const std::vector<ClosedMonth>& closed_;
  TenantState state_;
  std::map<std::string, Account> accounts_;
  std::set<std::string> lost_;  // whose facts do not fit
  std::map<std::pair<std::string, std::uint32_t>, Worth> worths_;
  std::map<std::pair<std::string, std::uint32_t>, std::int64_t> moving_;  // sent, and received by the next entry
  /// What a dispute took of a grant, by its own name.
  std::map<std::pair<std::pair<std::string, std::uint32_t>, std::string>, std::int64_t> taken_;
  std::map<std::pair<std::string, CreditType>, MonthLine> lines_;
  std::map<std::string, std::int64_t> written_off_;  // by month, in minor units
  std::string first_, month_;
  Account* account_ = nullptr;
};

}  // namespace

Result<std::vector<ClosedMonth>> months_of(store::Store& store, const TenantId& tenant, const Catalog& catalog,
                                           const std::vector<ClosedMonth>& closed, Instant now) {
  const auto shards = store.shards();
  if (!shards) return shards.error();
  Books books(tenant, catalog, closed);
  store::Position last = 0;
  for (const std::uint32_t shard : *shards) {
    const auto read = read_entries(store, shard, 1, [&](const Entry& entry, store::Position position) {
      last = position;
      if (entry.tenant == tenant) books.take(entry, position);
      return true;
    });
    if (!read) return read.error();
  }
  auto months = books.months(now);
  for (ClosedMonth& month : months) month.up_to = last;
  return months;
}

}  // namespace florin::readers
