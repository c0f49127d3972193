#include "engine/rehearsal.hpp"

#include "domain/accounts/apply.hpp"
#include "engine/provider_key.hpp"

namespace florin::engine {

Result<Entry> Rehearsal::take(const Actor& actor, std::string_view key, const AnyCommand& command, Instant at) {
  Entry entry{.tenant = tenant_.id,
              .account = account_.id,
              .actor = actor,
              .key = std::string(key),
              .asked_at = at,
              .at = at,
              .catalog = tenant_.catalog,
              .command = command,
              .refusal = std::nullopt,
              .facts = {}};
  std::vector<Answer> answers;
  for (;;) {
    const World world{at, catalogs_, answers, &provider_key, other_ ? &*other_ : nullptr};
    Decision decision = decide(account_, tenant_, actor, key, command, world);
    if (!decision.question) {
      entry.facts = std::move(decision.facts);
      entry.refusal = std::move(decision.refusal);
      apply(account_, tenant_, entry, account_.position + 1);
      return entry;
    }
    auto answer = policies_->answer(tenant_.id, tenant_.catalog, *decision.question);
    if (!answer) return answer.error();
    answers.push_back(std::move(*answer));
  }
}

Result<std::vector<Entry>> Rehearsal::advance(Instant to) {
  constexpr std::size_t most = 10'000;  // far more than falls due in one period
  std::vector<Entry> entries;
  while (account_.due_at <= to && entries.size() < most) {
    auto entry = take({"host", ""}, "", FallDue{}, std::max(account_.due_at, account_.last_at));
    if (!entry) return entry.error();
    const bool stuck = entry->refusal.has_value();
    entries.push_back(std::move(*entry));
    if (stuck) break;
  }
  return entries;
}

}  // namespace florin::engine
