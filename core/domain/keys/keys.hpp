#pragma once

#include "domain/decision/draft.hpp"

/// Keys by which backends ask things of a tenant over HTTP.   Source   docs/http.md
namespace florin {

/// Refusals, in order: name_missing, scopes_missing, unknown_scope, bad_digest, already_issued, bad_span
void issue_key(Draft& draft, const Actor& actor, const IssueKey& command);
/// Refusals, in order: no_such_key, key_ended, bad_digest, already_issued, bad_span
void roll_key(Draft& draft, const Actor& actor, const RollKey& command);
/// Refusals, in order: no_such_key, key_ended
void revoke_key(Draft& draft, const RevokeKey& command);

}  // namespace florin
