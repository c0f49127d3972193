#include "domain/keys/keys.hpp"

#include <algorithm>
#include <boost/describe/enum_from_string.hpp>

#include "domain/catalog/command_rule.hpp"

namespace florin {

namespace {

void must_be_new_digest(const Draft& draft, std::string_view digest) {
  const bool hexadecimal =
      digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!hexadecimal) refuse("bad_digest", "The digest is the SHA-256 of the key: 64 digits of 0-9 and a-f.");
  if (std::ranges::find(draft.tenant.keys, digest, &ApiKey::digest) != draft.tenant.keys.end())
    refuse("already_issued", "This very key was issued before. Make another one.");
}

const ApiKey& working_key(const Draft& draft, std::string_view id) {
  const auto found = std::ranges::find(draft.tenant.keys, id, &ApiKey::id);
  if (found == draft.tenant.keys.end()) refuse("no_such_key", "There is no key '" + std::string(id) + "'.");
  if (!found->works(draft.now)) refuse("key_ended", "This key has ended already.");
  return *found;
}

Instant after(const Draft& draft, const Span& span) {
  if (span.count < 1) refuse("bad_span", "A key works for one second at least.");
  return draft.calendar().after(draft.now, span);
}

std::string next_id(const Draft& draft) { return "k" + std::to_string(draft.tenant.last_key + 1); }

std::string text_of(const Actor& actor) { return actor.id.empty() ? actor.role : actor.role + ":" + actor.id; }

}  // namespace

void issue_key(Draft& draft, const Actor& actor, const IssueKey& command) {
  if (command.name.empty() || command.name.size() > 80) refuse("name_missing", "Name the key, in 1 to 80 bytes.");
  if (command.scopes.empty()) refuse("scopes_missing", "Say what the key is for: usage, read, write, …");
  for (const std::string& scope : command.scopes)
    if (Scope known{}; !boost::describe::enum_from_string(scope.c_str(), known) || known == Scope::nobody)
      refuse("unknown_scope", "There is no scope '" + scope + "'.");
  must_be_new_digest(draft, command.digest);
  draft.add(KeyIssued{{.id = next_id(draft),
                       .name = command.name,
                       .scopes = command.scopes,
                       .digest = command.digest,
                       .test = command.test,
                       .issued_at = draft.now,
                       .ends_at = command.lasts ? std::optional(after(draft, *command.lasts)) : std::nullopt,
                       .issued_by = text_of(actor)},
                      {}});
}

void roll_key(Draft& draft, const Actor& actor, const RollKey& command) {
  const ApiKey old = working_key(draft, command.key);
  must_be_new_digest(draft, command.digest);
  Instant ends = command.old_ends_in ? after(draft, *command.old_ends_in) : draft.now;
  if (old.ends_at) ends = std::min(ends, *old.ends_at);
  ApiKey successor = old;
  successor.id = next_id(draft);
  successor.digest = command.digest;
  successor.issued_at = draft.now;
  successor.ends_at.reset();
  successor.issued_by = text_of(actor);
  draft.add(KeyIssued{std::move(successor), old.id});
  draft.add(KeyEnds{old.id, ends, "rolled"});
}

void revoke_key(Draft& draft, const RevokeKey& command) {
  draft.add(KeyEnds{working_key(draft, command.key).id, draft.now, command.reason});
}

}  // namespace florin
