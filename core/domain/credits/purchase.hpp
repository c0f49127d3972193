#pragma once

#include "domain/decision/draft.hpp"
#include "domain/orders/place.hpp"

/// Credits that are bought: once, or by themselves when they run low.
namespace florin {

/// Source   CL-07, SM-08
void buy_credits(Draft& draft, const Actor& actor, std::string_view key, const BuyCredits& command);
/// Source   CL-08, EX-08
void set_auto_recharge(Draft& draft, const SetAutoRecharge& command);
/// The account is below its threshold, or a usage was refused: one recharge is placed.
void place_recharge(Draft& draft);

}  // namespace florin
