#pragma once

#include <string_view>

#include "domain/decision/draft.hpp"

namespace florin {

/// Refuses with `not_permitted` unless the tenant's YAML lets this role do `action`, and with the gate's own sentence
/// when a gate closes it. A usage is also known by its `meter`; an approval is what staff decided, never a word that
/// came with the request. Where the account lists its members, a role is what the books say (members/). The backend
/// itself (`service`) may do what a customer may, staff everything. Source   SM-01, EX-02;
/// docs/decisions/0006-who-may.md
void must_be_allowed(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action,
                     const std::vector<Word>& words, const Meter* meter = nullptr);

/// Whether every need of `condition` holds. Words that nobody said hold nothing.
bool holds(const Condition& condition, const Account& account, const Actor& actor, const std::vector<Word>& words);

}  // namespace florin
