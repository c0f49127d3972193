#include "domain/decision/messages.hpp"

#include <algorithm>

namespace florin {

Refusal in_own_words(Refusal refusal, const Catalog& catalog, const Actor& actor) {
  if (actor.role == "staff" || actor.role == "host" || actor.role == "processor") return refusal;
  const auto own = std::ranges::find(catalog.messages, refusal.code, &Word::name);
  if (own != catalog.messages.end()) refusal.text = own->value;
  return refusal;
}

}  // namespace florin
