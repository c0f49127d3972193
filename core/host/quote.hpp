#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/rehearsal.hpp"

namespace florin {

/// The end of the running period, or of the trial, if nothing else happens: what is asked for then, and what follows.
struct NextPeriod {
  Instant at;
  std::optional<Order> order;  ///< none: nothing is asked for
  std::vector<Entry> entries;  ///< what falls due up to then
  Standing standing = Standing::paid;
};

/// What a command would do, decided by the very decision that would be charged. Source   KA-06, UI-02, UI-08
struct Quotation {
  std::optional<Refusal> refusal;
  std::optional<Order> order;  ///< what is asked for today; none: nothing
  std::vector<Entry> entries;  ///< the command's, and its payment's
  Account after;               ///< once it is paid
  std::optional<NextPeriod> next;

  Money total() const { return order ? order->total : Money(); }
};

/// None: the account has no period. Errors: the policy's plugin failed.
Result<std::optional<NextPeriod>> next_period(engine::Rehearsal rehearsal);

/// Errors: the policy's plugin failed.
Result<Quotation> quote(engine::Rehearsal rehearsal, const Actor& actor, std::string_view key,
                        const AnyCommand& command, Instant now);

/// What it gives back in money, or for a guarantee would once a person approves.
std::vector<Refund> refunds_of(const Quotation& quotation);

/// As a customer may read it.
std::string quote_as_json(const Quotation& quotation, const Catalog& catalog);

}  // namespace florin
