#include "domain/journal/facts.hpp"

namespace florin {

// Each debit moves some: a kind that is wider lies apart, or its fields do (florin/apart.hpp).
static_assert(sizeof(Fact) <= 256);

Fact::Fact() = default;
Fact::Fact(const Fact& other) = default;
Fact::Fact(Fact&& other) noexcept = default;
Fact& Fact::operator=(const Fact& other) = default;
Fact& Fact::operator=(Fact&& other) noexcept = default;
Fact::~Fact() = default;

}  // namespace florin
