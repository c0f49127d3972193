#pragma once

#include "domain/subscriptions/subscription.hpp"

/// What is left of coupons of the system before. Source   docs/decisions/0260-coupons-of-the-system-before.md
namespace florin {

/// Those with which the period that runs was paid.
std::vector<Coupon> coupons_that_run(const Account& account);
/// Those that may take something off a period that begins then.
std::vector<Coupon> coupons_from(const Account& account, Instant begins);

/// Takes off each line of a period what the coupons of its terms take off it: percentages first, in their order, each
/// of what the one before left, rounded half up; then amounts, each line by its share. No line falls below nothing.
/// Returns the coupons that took something.
std::vector<std::string> take_off(const Terms& terms, std::vector<Line>& lines);

/// A period begins at `begins` on terms with these coupons: what takes something off it has a period less.
void use_coupons(Draft& draft, const Terms& terms, Instant begins);
/// The same of a plan that begins now.
void use_coupons(Draft& draft, const Buys& terms);

/// An imported period runs: those of its coupons that took nothing off it do not.
void run_coupons(Draft& draft, Terms terms);
/// No period runs yet.
void run_no_coupon(Draft& draft);

}  // namespace florin
