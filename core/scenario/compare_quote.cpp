#include "scenario/compare_quote.hpp"

#include <map>

namespace florin::scenario {

namespace {

/// Credits by how they come or go: `plan` and `phone` for what comes, `rolled` and `forfeited` for what goes.
std::map<std::string, Credits> leaving(const std::vector<Entry>& entries) {
  std::map<std::string, Credits> sums;
  for (const Entry& entry : entries)
    for (const Fact& fact : entry.facts) {
      if (const auto* rolled = std::get_if<GrantRolled>(&fact)) sums["rolled"] += rolled->amount;
      if (const auto* expired = std::get_if<GrantExpired>(&fact)) sums["expired"] += expired->amount;
      if (const auto* forfeited = std::get_if<GrantForfeited>(&fact)) sums["forfeited"] += forfeited->amount;
      if (const auto* refunded = std::get_if<GrantRefunded>(&fact)) sums["refunded"] += refunded->amount;
      if (const auto* corrected = std::get_if<GrantAdjusted>(&fact)) sums["corrected"] += corrected->amount;
      if (const auto* moved = std::get_if<GrantTransferred>(&fact)) sums["transferred"] += moved->amount;
    }
  return sums;
}

std::map<std::string, Credits> coming(const std::vector<Entry>& entries) {
  std::map<std::string, Credits> sums;
  for (const Entry& entry : entries)
    for (const Fact& fact : entry.facts)
      if (const auto* issued = std::get_if<GrantIssued>(&fact)) sums[issued->type.text()] += issued->amount;
  return sums;
}

}  // namespace

void compare_quote(const Quotation& quotation, const QuoteExpected& expected, const Catalog& catalog, const Where& at,
                   std::vector<Discrepancy>& discrepancies, std::size_t& checks) {
  const auto same = [&](const std::string& what, const std::string& wanted, const std::string& actual) {
    ++checks;
    if (wanted != actual) discrepancies.push_back({at, "quote." + what, wanted, actual});
  };
  const auto credits = [&](const std::string& what, const std::vector<std::pair<std::string, Amount>>& wanted,
                           std::map<std::string, Credits> actual) {
    if (wanted.empty()) return;
    for (const auto& [name, amount] : wanted) {
      const CreditTypeRule* type = catalog.credit_type(CreditType::trusted(name));
      const int decimals = type == nullptr ? catalog.credits.front().decimals : type->decimals;
      const auto units = amount.value.in_units(decimals);
      same(what + "." + name, units ? decimal_text(*units, decimals) : amount.written,
           decimal_text(actual[name].units, decimals));
    }
  };
  const Money nothing(0, catalog.currency);
  same("refused", expected.refused.value_or("none"), quotation.refusal ? quotation.refusal->code : "none");
  if (expected.today)
    same("today", expected.today->text(), quotation.order ? quotation.order->total.text() : nothing.text());
  if (expected.lines)
    same("lines", std::to_string(*expected.lines), std::to_string(quotation.order ? quotation.order->lines.size() : 0));
  credits("gives", expected.gives, coming(quotation.entries));
  credits("leaves", expected.leaves, leaving(quotation.entries));
  if (expected.refunds) {
    Money sum = nothing;
    for (const Refund& refund : refunds_of(quotation)) sum += refund.amount;
    same("refunds", expected.refunds->text(), sum.text());
  }
  if (expected.next_renewal) {
    const auto& wanted = *expected.next_renewal;
    same("next_renewal", wanted ? wanted->text() : "none", quotation.next ? quotation.next->at.text() : "none");
  }
  const std::optional<Order> next = quotation.next ? quotation.next->order : std::nullopt;
  if (expected.next_total) same("next_total", expected.next_total->text(), next ? next->total.text() : nothing.text());
  if (quotation.next) credits("then_leaves", expected.then_leaves, leaving(quotation.next->entries));
}

}  // namespace florin::scenario
