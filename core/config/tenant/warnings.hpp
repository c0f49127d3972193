#pragma once

#include "domain/catalog/catalog.hpp"
#include "florin/result.hpp"

namespace florin::config {

/// What a file may say and probably does not mean: two ways lead to the same thing, and only one of them has a gate or
/// is kept from a role; or renewals that nobody can be charged for. docs/decisions/0064-gates-at-every-door.md
Errors warnings_of(const Catalog& catalog);

}  // namespace florin::config
