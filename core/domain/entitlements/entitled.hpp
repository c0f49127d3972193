#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"

namespace florin {

/// What an account has of one row of the price page, and the line that says so.
struct Entitled {
  std::string value = "none";         ///< as in the table; `none`: no plan and no trial, or staff has not filled it in
  std::optional<std::int64_t> limit;  ///< of a count; none: unlimited
  RuleAt at;

  /// Whether it may be used at all: `none`, `false`, `add_on` and a count of 0 are not there.
  bool there() const;
};

/// By the plan or the trial that the account is on, what staff filled in for it, and its add-ons.
Entitled entitled(const Account& account, const Catalog& catalog, const Entitlement& row);
/// The same without add-ons: what an add-on's own `needs` asks for.
Entitled entitled_by_plan(const Account& account, const Entitlement& row);

/// How many of a count are taken: by name, or by members where they take one each.
std::int64_t taken_of(const Account& account, const Catalog& catalog, const Entitlement& row);
/// How many of a count are paid for by add-ons that each fill a place; none: no add-on does, its limit is enough.
std::optional<std::int64_t> places_bought(const Account& account, const Catalog& catalog, const EntitlementId& count);

}  // namespace florin
