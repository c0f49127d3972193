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
/// The money of an automatic recharge goes back, or is disputed: no further one is charged until its customer agrees
/// again, nor for the credits that go with it. Of another order nothing happens.
void end_recharge_after(Draft& draft, OrderId order);

}  // namespace florin
