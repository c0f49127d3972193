#include "plugins/credentials.hpp"

#include <sodium.h>

#include <utility>

namespace florin {

namespace {
void forget(std::string& token) {
  sodium_memzero(token.data(), token.size());
  token.clear();
}
}  // namespace

Credentials::~Credentials() {
  for (auto& [name, kept] : kept_) forget(kept.token);
}

std::optional<std::string> Credentials::token(const std::string& name, Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(name);
  if (found == kept_.end() || found->second.token.empty() || found->second.until <= now) return std::nullopt;
  return found->second.token;
}

std::vector<std::string> Credentials::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> tokens;
  for (const auto& [name, kept] : kept_)
    if (!kept.token.empty()) tokens.push_back(kept.token);
  return tokens;
}

std::optional<Credentials::Then> Credentials::obtain_or_wait(const std::string& name, Then then) {
  const std::lock_guard lock(mutex_);
  Kept& kept = kept_[name];
  if (kept.under_way) {
    kept.waiting.push_back(std::move(then));
    return std::nullopt;
  }
  kept.under_way = true;
  return then;
}

void Credentials::obtained(const std::string& name, std::string token, Instant until) {
  std::vector<Then> waiting;
  {
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[name];
    forget(kept.token);
    kept.token = std::move(token);
    kept.until = until;
    kept.under_way = false;
    waiting = std::exchange(kept.waiting, {});
  }
  for (Then& then : waiting) then();
}

void Credentials::refused(const std::string& name, const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(name);
  if (found != kept_.end() && found->second.token == token) forget(found->second.token);
}

}  // namespace florin
