#pragma once

#include <vector>

#include "domain/decision/draft.hpp"

/// What is said of a usage beside its quantity, where its price or a gate depends on it. A property that is left out or
/// misspelt never makes a usage free. docs/decisions/0063-properties.md
namespace florin {

/// `named` as the tenant declares properties: `filled` holds the result where something is added. Refuses a value that
/// is not listed.
const std::vector<Word>& as_declared(const Catalog& catalog, const std::vector<Word>& named, std::vector<Word>& filled);

/// Refuses a usage that does not name what its price depends on.
void must_name_what_costs(const Meter& meter, const std::vector<Word>& properties);

/// Where it may still be left out: refuses what was probably meant to be a property that the price depends on.
void must_not_be_misspelt(const Meter& meter, const std::vector<Word>& properties);

/// A need of a destination's country is met by countries alone: `India` is neither IN nor any other.
void must_be_a_country(const Need& need, const std::vector<Word>& properties, const RuleAt& at);

/// `need` asks for a property that is not among those named.
[[noreturn]] void refuse_left_out(const Need& need, const std::vector<Word>& named, const RuleAt& at);

}  // namespace florin
