#include "domain/accounts/set_aside.hpp"

#include <algorithm>
#include <charconv>

#include "domain/accounts/apply.hpp"

namespace florin {

namespace {

constexpr std::string_view what = "set_aside";
constexpr std::string_view name_begins = "set_aside/";

}  // namespace

std::string set_aside_name(const AccountId& account) { return std::string(name_begins) + account.text(); }

Discrepancy as_discrepancy(const SetAside& aside) {
  return {.name = set_aside_name(aside.account),
          .processor = {},
          .what = std::string(what),
          .key = aside.account.text(),
          .ref = std::to_string(aside.from),
          .ours = aside.rule,
          .theirs = aside.text,
          .found_by = "check",
          .found_at = aside.since};
}

std::optional<SetAside> set_aside_in(const Discrepancy& difference) {
  if (difference.what != what) return std::nullopt;
  SetAside aside{.account = AccountId::trusted(difference.key),
                 .rule = difference.ours,
                 .text = difference.theirs,
                 .from = 0,
                 .since = difference.found_at};
  std::from_chars(difference.ref.data(), difference.ref.data() + difference.ref.size(), aside.from);
  return aside;
}

std::optional<SetAside> set_aside_of(const TenantState& tenant, const AccountId& account) {
  for (const Discrepancy& difference : tenant.discrepancies)
    if (auto aside = set_aside_in(difference); aside && aside->account == account) return aside;
  return std::nullopt;
}

Refusal refusal_of(const SetAside& aside) {
  return {account_set_aside,
          "This account is set aside since " + aside.since.text() +
              " because its books would not balance. It can be read; nothing is charged until support has released it.",
          ""};
}

void apply_tenant_part(TenantState& tenant, const Entry& entry) {
  for (const Fact& fact : entry.facts) {
    if (const auto* invoice = std::get_if<InvoiceIssued>(&fact))
      tenant.last_invoice = std::max(tenant.last_invoice, invoice->sequence);
    else if (const auto* note = std::get_if<CreditNoteIssued>(&fact))
      tenant.last_credit_note = std::max(tenant.last_credit_note, note->sequence);
    else if (std::holds_alternative<MoneyIdentified>(fact) || std::holds_alternative<ProcessorCounted>(fact)) {
      Account nobody;
      apply(nobody, tenant, fact, entry.at);
    }
  }
}

bool is_kept_aside(const Entry& entry) { return entry.refusal && entry.refusal->code == account_set_aside; }

}  // namespace florin
