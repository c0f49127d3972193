#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/decision/world.hpp"

namespace florin {

/// May this account do X, how much is left, and the line that says so.
struct MayAnswer {
  std::optional<Refusal> refusal;     ///< none: it may
  std::string value;                  ///< of an entitlement, as the price page has it; empty: an action was asked about
  std::optional<std::int64_t> limit;  ///< of a count; none: unlimited
  std::int64_t taken = 0;
  std::string rule;  ///< file:line that decides it
};

/// Asks about a row of the price page (`numbers`, `whatsapp`) or an action (`buy_number`, `go_live`). Of a count: may
/// one more be taken. Nothing is promised: only a command is. Source   EX-01, EX-02, EX-03
MayAnswer may_do(const Account& account, const TenantState& tenant, const Catalogs& catalogs, const Actor& actor,
                 std::string_view what);

}  // namespace florin
