#pragma once

#include "config/document.hpp"
#include "domain/catalog/catalog.hpp"

namespace florin::config {

/// The catalog that a tenant's whole tree comes to. With any error added it is for no use.
///
/// Errors   those of decode, and unknown_name, unknown_credit_type, wrong_currency, negative_amount, too_fine,
///          amount_out_of_range, duplicate_rank, unknown_condition, bad_condition, nothing_listed, contradiction,
///          staff_only, bad_number_pattern, unknown_zone
Catalog compile(const Node& tenant, Errors& errors);

/// What is wrong with the keys that stand in a file whose style was not found: all but what is missing in it.
void check_keys(const Node& tenant, Errors& errors);

}  // namespace florin::config
