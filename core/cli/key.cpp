#include <unistd.h>

#include <iostream>

#include "commands.hpp"
#include "keys.hpp"
#include "outcome.hpp"

namespace florin::cli {

namespace {

/// Done once: nobody sends it again.
std::string once() { return "cli:" + server::digest_of(server::make_key(false)).substr(0, 32); }

Actor actor_of(const KeyWords& words) {
  const std::size_t colon = words.as.find(':');
  return {words.as.substr(0, colon), colon == std::string::npos ? std::string() : words.as.substr(colon + 1)};
}

int ask(const KeyWords& words, Host& host, const TenantId& tenant, Command command) {
  const auto outcome = host.submit({tenant, {}, actor_of(words), once(), std::nullopt, std::move(command)});
  if (!outcome) return was_refused(outcome.error());
  if (!outcome->refusal) return fine;
  std::cerr << "refused, " << outcome->refusal->code << ": " << outcome->refusal->text << "\n";
  return refused;
}

/// The secret on the first line, for scripts; what to know of it on standard error.
int say_secret(const Host& host, const TenantId& tenant, const std::string& secret) {
  std::cout << secret << "\n";
  const auto keys = host.keys(tenant);
  const std::string digest = server::digest_of(secret);
  if (keys)
    for (const ApiKey& key : *keys)
      if (key.digest == digest)
        std::cerr << "key " << key.id << " of " << tenant.text() << ", " << key.name
                  << ". It is shown this once and kept nowhere.\n";
  return written(fine);
}

std::string scopes_text(const ApiKey& key) {
  std::string text;
  for (const std::string& scope : key.scopes) text += (text.empty() ? "" : ",") + scope;
  return text;
}

}  // namespace

int issue_key(const KeyWords& words) {
  return on_tenant(words.of(), [&](Host& host, const TenantId& tenant) {
    const auto scopes = server::preset_scopes(words.preset);
    if (!scopes) {
      std::cerr << "florin: --preset is " << server::preset_names() << "\n";
      return static_cast<int>(usage);
    }
    const std::string secret = server::make_key(host.in_sandbox());
    IssueKey issue{.name = words.name.empty() ? words.preset : words.name,
                   .scopes = *scopes,
                   .digest = server::digest_of(secret),
                   .test = host.in_sandbox(),
                   .lasts = {}};
    if (const int code = ask(words, host, tenant, std::move(issue)); code != fine) return code;
    return say_secret(host, tenant, secret);
  });
}

int roll_key(const KeyWords& words) {
  return on_tenant(words.of(), [&](Host& host, const TenantId& tenant) {
    RollKey roll{.key = words.key, .digest = {}, .old_ends_in = {}};
    if (!words.old_ends_in.empty()) {
      const auto span = Span::parse(words.old_ends_in);
      if (!span) return failed_to_read("--old-ends-in", span);
      roll.old_ends_in = *span;
    }
    const std::string secret = server::make_key(host.in_sandbox());
    roll.digest = server::digest_of(secret);
    if (const int code = ask(words, host, tenant, std::move(roll)); code != fine) return code;
    return say_secret(host, tenant, secret);
  });
}

int revoke_key(const KeyWords& words) {
  return on_tenant(words.of(), [&](Host& host, const TenantId& tenant) {
    if (const int code = ask(words, host, tenant, RevokeKey{words.key, words.reason}); code != fine) return code;
    std::cout << "key " << words.key << " of " << tenant.text() << " has ended\n";
    return written(fine);
  });
}

int list_keys(const KeyWords& words) {
  return on_tenant(words.of(), [&](Host& host, const TenantId& tenant) {
    const auto keys = host.keys(tenant);
    if (!keys) return was_refused(keys.error());
    for (const ApiKey& key : *keys)
      std::cout << key.id << "  " << (key.test ? "test" : "live") << "  " << key.name << "  " << scopes_text(key)
                << "  since " << key.issued_at.text() << " by " << key.issued_by
                << (key.ends_at ? (key.works(host.now()) ? "  until " : "  ended ") + key.ends_at->text() : "") << "\n";
    return written(fine);
  });
}

}  // namespace florin::cli
